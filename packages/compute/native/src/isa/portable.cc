// Plain C++, for any processor.
#define SLUICE_ISA portable
#define SLUICE_NAME "portable"
#define SLUICE_TABLE kernelsPortable
#define SLUICE_F32_MR 4
#define SLUICE_F32_NV 2
#include "../kernels/common.h"
#include "../simd/portable.h"
#include "../kernels/all.h"
