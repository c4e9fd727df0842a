// AMX-BF16 tiles (Sapphire Rapids and later), with AVX-512 and its bfloat16 conversions for everything else.
#define SLUICE_ISA amx
#define SLUICE_NAME "amx"
#define SLUICE_TABLE kernelsAmx
#define SLUICE_HAS_BF16 1
#define SLUICE_F32_MR 12
#define SLUICE_F32_NV 2
#define SLUICE_ENGINE_BF16 "engine_amx.h"
#include "../kernels/common.h"
#include "../simd/avx512.h"
#include "../kernels/all.h"
