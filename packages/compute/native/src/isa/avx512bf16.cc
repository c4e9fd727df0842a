// AVX-512 with bfloat16 dot products (Cooper Lake, Sapphire Rapids, Zen 4 and later).
#define SLUICE_ISA avx512bf16
#define SLUICE_NAME "avx512bf16"
#define SLUICE_TABLE kernelsAvx512Bf16
#define SLUICE_HAS_BF16 1
#define SLUICE_F32_MR 12
#define SLUICE_F32_NV 2
#define SLUICE_ENGINE_BF16 "engine_bf16.h"
#include "../kernels/common.h"
#include "../simd/avx512.h"
#include "../kernels/all.h"
