// Arm NEON (every AArch64 processor).
#define SLUICE_ISA neon
#define SLUICE_NAME "neon"
#define SLUICE_TABLE kernelsNeon
#define SLUICE_F32_MR 12
#define SLUICE_F32_NV 2
#include "../kernels/common.h"
#include "../simd/neon.h"
#include "../kernels/all.h"
