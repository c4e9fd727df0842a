// A call from JavaScript: its arguments, checked one by one. What is wrong with one becomes a JavaScript error that names the
// function and the argument; nothing that JavaScript passes can make the addon read or write outside an array.
//
// A pointer into an array holds as long as no JavaScript runs: a getter could transfer or shrink the buffer. Of all that is
// asked of Node here only the elements of a list can be getters; they are read first, before the first pointer is taken.
#pragma once
#include <node_api.h>

#include <string>
#include <vector>

#include "../core/cpu.h"
#include "../core/pool.h"
#include "../core/types.h"

namespace sluice {

/** What one Node environment keeps: the instruction set it has chosen. */
struct Instance {
  const KernelTable* table = nullptr;
};

struct CallError {
  std::string message;
  bool range = false;
};

class Call {
 public:
  Call(napi_env env, napi_callback_info info, const char* name);

  napi_env env() const { return env_; }
  Instance& instance() const { return *instance_; }
  const KernelTable& table() const {
    if (!instance_->table) fail("SLUICE_ISA names no instruction set that can run here");
    return *instance_->table;
  }
  /** Kernels of the precision that the flag asks for. */
  const PrecisionKernels& kernels(size_t index, bool* bf16 = nullptr) const;

  bool absent(size_t index) const;
  bool flag(size_t index, const char* name) const;
  double number(size_t index, const char* name) const;
  /** A whole number of at least `least`, below 2^31. */
  int64_t size(size_t index, const char* name, int64_t least = 1) const;
  std::string text(size_t index, const char* name) const;

  /** A Float32Array of at least `length` elements. */
  float* floats(size_t index, const char* name, int64_t length) const;
  float* floatsOrNull(size_t index, const char* name, int64_t length) const;
  /** A Float32Array or a Uint16Array of bfloat16. */
  Array array(size_t index, const char* name, int64_t length) const;
  Array arrayOrNull(size_t index, const char* name, int64_t length) const;
  /** As array(), of this very type. */
  Array arrayOf(Type type, size_t index, const char* name, int64_t length) const;
  Array arrayOfOrNull(Type type, size_t index, const char* name, int64_t length) const;
  /** An Int32Array of at least `length` elements, each in [0, bound), that no other thread can change. */
  const int32_t* indices(size_t index, const char* name, int64_t length, int64_t bound) const;
  /** A Float64Array of exactly `length` elements. */
  double* doubles(size_t index, const char* name, int64_t length) const;
  /** Key and name words and the offset, from a Float64Array of five. */
  Random random(size_t index, const char* name) const;
  /** An array of Float32Arrays; their lengths go to `lengths`. One of the first `lists` arguments. */
  std::vector<float*> list(size_t index, const char* name, std::vector<int64_t>& lengths) const;

  [[noreturn]] void fail(const std::string& what, bool range = false) const;

  void result(double value);
  void result(napi_value value) { result_ = value; }
  napi_value result() const { return result_; }

 private:
  struct View {
    napi_typedarray_type type;
    size_t length;
    void* data;
    napi_value buffer;
  };
  static constexpr size_t most = 24;
  /** Arguments that may be arrays of arrays. */
  static constexpr size_t lists = 4;

  napi_env env_;
  const char* name_;
  Instance* instance_ = nullptr;
  size_t count_ = most;
  napi_value arguments_[most];
  napi_value result_ = nullptr;
  std::vector<napi_value> elements_[lists];

  void readLists();
  View view(napi_value value, const std::string& name) const;
  View argument(size_t index, const char* name) const;
  void expectLength(const View& view, const std::string& name, int64_t length) const;
};

/** The product of sizes, each of at least 0; fails where it is beyond what memory can hold. */
int64_t product(const Call& call, std::initializer_list<int64_t> sizes);

/** Puts a function on the addon's exports. */
void exportFunction(napi_env env, napi_value exports, const char* name, napi_callback callback);

/** Runs body(call) and turns what it throws into a JavaScript exception. */
napi_value guarded(napi_env env, napi_callback_info info, const char* name, void (*body)(Call&));

}  // namespace sluice

/** Defines the callback of an exported function; the body follows, with `call` at hand. */
#define SLUICE_EXPORT(function)                                                     \
  static void function##Body(sluice::Call& call);                                   \
  static napi_value function(napi_env env, napi_callback_info info) {               \
    return sluice::guarded(env, info, #function, function##Body);                   \
  }                                                                                 \
  static void function##Body(sluice::Call& call)
