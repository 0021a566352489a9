#include "models/fake_device.h"

#include <ATen/EmptyTensor.h>
#include <ATen/core/stack.h>
#include <ATen/detail/PrivateUse1HooksInterface.h>
#include <ATen/native/CPUFallback.h>
#include <ATen/ops/_local_scalar_dense.h>
#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/view_native.h>
#include <c10/core/Allocator.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/library.h>

#include <atomic>
#include <cstdlib>

namespace suite {
namespace {

constexpr auto kFake = c10::DeviceType::PrivateUse1;
constexpr uintptr_t kHidden = uintptr_t{1} << 62;  // no address of a program has this bit

std::atomic<int64_t> calls{0};

void* Hide(void* p) { return reinterpret_cast<void*>(reinterpret_cast<uintptr_t>(p) | kHidden); }
void* Reveal(const void* p) { return reinterpret_cast<void*>(reinterpret_cast<uintptr_t>(p) & ~kHidden); }

class HiddenMemory : public c10::Allocator {
 public:
  c10::DataPtr allocate(size_t size) override {
    void* hidden = Hide(std::malloc(size == 0 ? 1 : size));
    return {hidden, hidden, &Free, c10::Device(kFake, 0)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &Free; }
  void copy_data(void* to, const void* from, size_t size) const override {
    default_copy_data(Reveal(to), Reveal(from), size);
  }

 private:
  static void Free(void* p) { std::free(Reveal(p)); }
};

HiddenMemory memory;

struct FakeGuard : c10::impl::NoOpDeviceGuardImpl<kFake> {
  c10::Device exchangeDevice(c10::Device) const override { return {kFake, 0}; }
  c10::Device getDevice() const override { return {kFake, 0}; }
  c10::Stream getStream(c10::Device) const noexcept override { return Only(); }
  c10::Stream getDefaultStream(c10::Device) const override { return Only(); }
  c10::Stream getNewStream(c10::Device, int) const override { return Only(); }
  c10::Stream exchangeStream(c10::Stream) const noexcept override { return Only(); }
  void record(void**, const c10::Stream&, const c10::DeviceIndex, const c10::EventFlag) const override {}
  void block(void*, const c10::Stream&) const override {}
  bool queryEvent(void*) const override { return true; }
  void destroyEvent(void*, const c10::DeviceIndex) const noexcept override {}
  void synchronizeEvent(void*) const override {}

 private:
  static c10::Stream Only() { return c10::Stream(c10::Stream::DEFAULT, c10::Device(kFake, 0)); }
};

C10_REGISTER_GUARD_IMPL(PrivateUse1, FakeGuard)

struct FakeHooks : at::PrivateUse1HooksInterface {
  bool isBuilt() const override { return true; }
  bool isAvailable() const override { return true; }
  bool hasPrimaryContext(c10::DeviceIndex) const override { return true; }
};

FakeHooks hooks;

// The autograd engine asks the hooks.
const bool is_registered = [] {
  at::RegisterPrivateUse1HooksInterface(&hooks);
  c10::register_privateuse1_backend("fake");
  return true;
}();

// The same numbers as a tensor of the CPU.
at::Tensor OnCpu(const at::Tensor& x) {
  if (x.is_cpu()) return x;
  return at::from_blob(Reveal(x.const_data_ptr()), x.sizes(), x.strides(), x.options().device(at::kCPU));
}

at::Tensor Empty(c10::SymIntArrayRef size, std::optional<at::ScalarType> dtype, std::optional<at::Layout>,
                 std::optional<at::Device>, std::optional<bool>, std::optional<at::MemoryFormat> format) {
  return at::detail::empty_generic(C10_AS_INTARRAYREF_SLOW(size), &memory,
                                   c10::DispatchKeySet(c10::DispatchKey::PrivateUse1), c10::dtype_or_default(dtype),
                                   format);
}

at::Tensor EmptyStrided(c10::SymIntArrayRef size, c10::SymIntArrayRef stride, std::optional<at::ScalarType> dtype,
                        std::optional<at::Layout>, std::optional<at::Device>, std::optional<bool>) {
  return at::detail::empty_strided_generic(C10_AS_INTARRAYREF_SLOW(size), C10_AS_INTARRAYREF_SLOW(stride), &memory,
                                           c10::DispatchKeySet(c10::DispatchKey::PrivateUse1),
                                           c10::dtype_or_default(dtype));
}

at::Tensor CopyFrom(const at::Tensor& from, const at::Tensor& to, bool) {
  OnCpu(to).copy_(OnCpu(from));
  return to;
}

const at::Tensor& Resize(const at::Tensor& x, c10::SymIntArrayRef size, std::optional<at::MemoryFormat>) {
  x.unsafeGetTensorImpl()->set_sizes_contiguous(C10_AS_INTARRAYREF_SLOW(size));
  const c10::Storage& storage = x.storage();
  const size_t bytes = x.itemsize() * static_cast<size_t>(x.storage_offset() + x.numel());
  if (bytes <= storage.nbytes()) return x;
  c10::DataPtr larger = memory.allocate(bytes);
  memory.copy_data(larger.mutable_get(), storage.data(), storage.nbytes());
  storage.set_data_ptr_noswap(std::move(larger));
  storage.set_nbytes(bytes);
  return x;
}

at::Tensor CopyFromAndResize(const at::Tensor& from, const at::Tensor& to) {
  if (from.sizes() != to.sizes()) to.resize_(from.sizes());
  return CopyFrom(from, to, false);
}

at::Scalar LocalScalar(const at::Tensor& x) { return at::_local_scalar_dense(OnCpu(x)); }

void CheckPlace(const at::Tensor& x, const c10::OperatorHandle& op) {
  TORCH_CHECK(!x.defined() || x.dim() == 0 || x.device().type() == kFake, op.schema().operator_name(),
              " got tensors of two devices");
}

void RunOnCpu(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  ++calls;
  for (const c10::IValue& argument : torch::jit::last(*stack, op.schema().arguments().size())) {
    if (argument.isTensor()) CheckPlace(argument.toTensor(), op);
    if (!argument.isTensorList()) continue;
    for (const at::Tensor& x : argument.toTensorVector()) CheckPlace(x, op);
  }
  at::native::cpu_fallback(op, stack);
}

TORCH_LIBRARY_IMPL(_, PrivateUse1, library) {
  library.fallback(torch::CppFunction::makeFromBoxedFunction<&RunOnCpu>());
}

TORCH_LIBRARY_IMPL(aten, PrivateUse1, library) {
  library.impl("empty.memory_format", &Empty);
  library.impl("empty_strided", &EmptyStrided);
  library.impl("as_strided", at::native::as_strided_tensorimpl);
  library.impl("view", at::native::view);
  library.impl("_reshape_alias", at::native::_reshape_alias);
  library.impl("resize_", &Resize);
  library.impl("_copy_from", &CopyFrom);
  library.impl("_copy_from_and_resize", &CopyFromAndResize);
  library.impl("_local_scalar_dense", &LocalScalar);
}

}  // namespace

at::Device FakeDevice() { return {kFake, 0}; }

int64_t FakeDeviceCalls() { return calls; }

}  // namespace suite
