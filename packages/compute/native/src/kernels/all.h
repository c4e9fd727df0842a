// Every kernel of one instruction set. The including file defines SLUICE_ISA (a namespace), includes its vectors and engines
// as SLUICE_SIMD says, and names its engines.
#include "lanes.h"
#include "functions.h"
#include "engine_f32.h"
#if defined(SLUICE_ENGINE_BF16)
#include SLUICE_ENGINE_BF16
#endif
#include "ahead.h"
#include "gemm.h"
#include "pack.h"
#include "blocks.h"
#include "linear.h"
#include "matmul.h"
#include "attention.h"
#include "loss.h"
#include "norm.h"
#include "rms.h"
#include "rotary.h"
#include "embedding.h"
#include "optimizer.h"
#include "elementwise.h"
#include "gated.h"
#include "../simd/pairs.h"
#include "decoder_pack.h"
#include "decoder_product.h"
#include "decoder_attention.h"
#include "decoder.h"

namespace sluice {
namespace SLUICE_ISA {

template <class E> constexpr PrecisionKernels precisionKernels() {
  return {linearForward<E>, linearBackward<E>, matMul<E>, attentionForward<E>, attentionBackward<E>, crossEntropy<E>};
}

}  // namespace SLUICE_ISA

extern const KernelTable SLUICE_TABLE;
const KernelTable SLUICE_TABLE = {
    SLUICE_NAME,
    SLUICE_ISA::precisionKernels<SLUICE_ISA::EngineF32>(),
#if defined(SLUICE_ENGINE_BF16)
    SLUICE_ISA::precisionKernels<SLUICE_ISA::EngineBf16>(),
    true,
#else
    {},
    false,
#endif
    SLUICE_ISA::layerNormForward,
    SLUICE_ISA::layerNormBackward,
    SLUICE_ISA::rmsNormForward,
    SLUICE_ISA::rmsNormBackward,
    SLUICE_ISA::gatedSiluForward,
    SLUICE_ISA::gatedSiluBackward,
    SLUICE_ISA::rotaryHeadsForward,
    SLUICE_ISA::rotaryHeadsBackward,
    SLUICE_ISA::embeddingForward,
    SLUICE_ISA::embeddingBackward,
    SLUICE_ISA::adamW,
    SLUICE_ISA::squaredNorms,
    SLUICE_ISA::unary,
    SLUICE_ISA::geluBackward,
    SLUICE_ISA::binary,
    SLUICE_ISA::reduce,
    SLUICE_ISA::softmax,
    SLUICE_ISA::transpose,
    SLUICE_ISA::dropout,
    SLUICE_ISA::decoderPack,
    SLUICE_ISA::decoderFill,
    SLUICE_ISA::decoderStep,
};

}  // namespace sluice
