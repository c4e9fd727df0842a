// AVX2 and FMA (Haswell, Zen and later).
#define SLUICE_ISA avx2
#define SLUICE_NAME "avx2"
#define SLUICE_TABLE kernelsAvx2
#define SLUICE_F32_MR 6
#define SLUICE_F32_NV 2
#include "../kernels/common.h"
#include "../simd/avx2.h"
#include "../kernels/all.h"
