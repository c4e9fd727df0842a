// Which instruction sets this processor and this build have.
#pragma once
#include "kernels.h"

namespace sluice {

/** Tables that can run here, the best first. */
int availableTables(const KernelTable** tables, int room);

/** The table of that name if it can run here, else null. */
const KernelTable* tableNamed(const char* name);

/** The best one, or the one that the environment variable SLUICE_ISA names. Null if it names none that can run here. */
const KernelTable* chosenTable();

}  // namespace sluice
