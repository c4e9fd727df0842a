// What every unit includes before its vectors.
#pragma once
#include <cmath>
#include <cstring>
#include <numeric>
#include <type_traits>

#include "../core/gang.h"
#include "../core/kernels.h"
#include "../core/philox.h"
#include "../core/pool.h"
#include "../core/workspace.h"
