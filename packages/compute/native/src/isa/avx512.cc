// AVX-512 F, BW, DQ and VL (Skylake-X and later).
#define SLUICE_ISA avx512
#define SLUICE_NAME "avx512"
#define SLUICE_TABLE kernelsAvx512
#define SLUICE_F32_MR 12
#define SLUICE_F32_NV 2
#include "../kernels/common.h"
#include "../simd/avx512.h"
#include "../kernels/all.h"
