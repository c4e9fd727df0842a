// Instruction sets, threads and memory.
#include "../core/workspace.h"
#include "call.h"
#include "groups.h"

namespace sluice {
namespace {

napi_value textValue(napi_env env, const char* text) {
  napi_value value = nullptr;
  napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value);
  return value;
}

/** Digits that change with the sources it was made from. */
SLUICE_EXPORT(sources) { call.result(textValue(call.env(), SLUICE_SOURCES)); }

/** Names of the instruction sets that can run here, the best first. */
SLUICE_EXPORT(instructionSets) {
  const KernelTable* tables[8];
  const int count = availableTables(tables, 8);
  napi_value list = nullptr;
  napi_create_array_with_length(call.env(), static_cast<size_t>(count), &list);
  for (int i = 0; i < count; i++) {
    napi_set_element(call.env(), list, static_cast<uint32_t>(i), textValue(call.env(), tables[i]->name));
  }
  call.result(list);
}

/** The one in use, or undefined if SLUICE_ISA names none that can run here. */
SLUICE_EXPORT(instructionSet) {
  if (call.instance().table) call.result(textValue(call.env(), call.table().name));
}

SLUICE_EXPORT(useInstructionSet) {
  const std::string name = call.text(0, "name");
  const KernelTable* table = tableNamed(name.c_str());
  if (!table) call.fail("this processor or this build has no " + name);
  call.instance().table = table;
}

SLUICE_EXPORT(hasBf16) {
  napi_value value = nullptr;
  napi_get_boolean(call.env(), call.instance().table && call.table().hasBf16, &value);
  call.result(value);
}

SLUICE_EXPORT(threads) { call.result(threadCount()); }

SLUICE_EXPORT(setThreads) { setThreadCount(static_cast<int>(call.size(0, "count"))); }

/** An ArrayBuffer aligned to 64 bytes, contents undefined. */
SLUICE_EXPORT(allocate) {
  const double bytes = call.number(0, "bytes");
  if (!(bytes >= 1 && bytes <= 1099511627776.0)) call.fail("bytes must be from 1 to 2^40", true);
  const size_t size = static_cast<size_t>(bytes);
  void* memory = allocateAligned(size);
  if (!memory) throw std::bad_alloc();
  napi_value buffer = nullptr;
  const auto release = [](napi_env, void* data, void*) { freeAligned(data); };
  if (napi_create_external_arraybuffer(call.env(), memory, size, release, nullptr, &buffer) != napi_ok) {
    // Some hosts forbid memory of our own: theirs is aligned to 16 bytes, which is slower, not wrong.
    freeAligned(memory);
    void* data = nullptr;
    if (napi_create_arraybuffer(call.env(), size, &data, &buffer) != napi_ok) throw std::bad_alloc();
  }
  call.result(buffer);
}

SLUICE_EXPORT(scratchBytes) { call.result(static_cast<double>(workspaceBytes())); }

SLUICE_EXPORT(trimScratch) {
  (void)call;
  trimWorkspace();
}

}  // namespace

void exportSystem(napi_env env, napi_value exports) {
  exportFunction(env, exports, "sources", sources);
  exportFunction(env, exports, "instructionSets", instructionSets);
  exportFunction(env, exports, "instructionSet", instructionSet);
  exportFunction(env, exports, "useInstructionSet", useInstructionSet);
  exportFunction(env, exports, "hasBf16", hasBf16);
  exportFunction(env, exports, "threads", threads);
  exportFunction(env, exports, "setThreads", setThreads);
  exportFunction(env, exports, "allocate", allocate);
  exportFunction(env, exports, "scratchBytes", scratchBytes);
  exportFunction(env, exports, "trimScratch", trimScratch);
}

}  // namespace sluice
