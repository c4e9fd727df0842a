// Put before every file of the binding: it makes its context with no options at all, and we want to give it some.
#pragma once

#include "tensorflow/c/eager/c_api.h"

TFE_ContextOptions *sluice_new_context_options();

#define TFE_NewContextOptions sluice_new_context_options
