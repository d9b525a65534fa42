// Serialises with liblo.
#include "engine/osc/outgoing.h"

#include <lo/lo.h>

#include <cstdlib>
#include <new>
#include <utility>

namespace continuo::osc {
namespace {

lo_message message_of(const std::shared_ptr<void>& p) {
  return p.get();
}

std::shared_ptr<void> owned(lo_message message) {
  if (message == nullptr) throw std::bad_alloc();
  return {message, [](void* m) { lo_message_free(m); }};
}

std::vector<std::byte> copy_and_free(void* bytes, std::size_t size) {
  const std::unique_ptr<void, void (*)(void*)> owner(bytes, std::free);
  const auto* p = static_cast<const std::byte*>(bytes);
  return p == nullptr ? std::vector<std::byte>{} : std::vector<std::byte>(p, p + size);
}

}  // namespace

Outgoing::Outgoing(std::string address) : address_(std::move(address)), message_(owned(lo_message_new())) {}

Outgoing& Outgoing::add(std::int32_t value) {
  lo_message_add_int32(message_of(message_), value);
  return *this;
}
Outgoing& Outgoing::add(std::int64_t value) {
  lo_message_add_int64(message_of(message_), value);
  return *this;
}
Outgoing& Outgoing::add(float value) {
  lo_message_add_float(message_of(message_), value);
  return *this;
}
Outgoing& Outgoing::add(double value) {
  lo_message_add_double(message_of(message_), value);
  return *this;
}
Outgoing& Outgoing::add(const std::string& value) {
  lo_message_add_string(message_of(message_), value.c_str());
  return *this;
}
Outgoing& Outgoing::add(bool value) {
  if (value) {
    lo_message_add_true(message_of(message_));
  } else {
    lo_message_add_false(message_of(message_));
  }
  return *this;
}
Outgoing& Outgoing::add(TimeTag value) {
  lo_message_add_timetag(message_of(message_), {value.seconds(), value.fraction()});
  return *this;
}
Outgoing& Outgoing::add_blob(std::span<const std::byte> value) {
  const std::unique_ptr<void, void (*)(void*)> blob(
      lo_blob_new(static_cast<std::int32_t>(value.size()), value.data()),
      [](void* b) { lo_blob_free(static_cast<lo_blob>(b)); });
  if (blob == nullptr) throw std::bad_alloc();
  lo_message_add_blob(message_of(message_), static_cast<lo_blob>(blob.get()));
  return *this;
}
Outgoing& Outgoing::add_nil() {
  lo_message_add_nil(message_of(message_));
  return *this;
}
Outgoing& Outgoing::add_impulse() {
  lo_message_add_infinitum(message_of(message_));
  return *this;
}

std::vector<std::byte> Outgoing::bytes() const {
  std::size_t size = 0;
  void* bytes = lo_message_serialise(message_of(message_), address_.c_str(), nullptr, &size);
  return copy_and_free(bytes, size);
}

OutgoingBundle& OutgoingBundle::add(const Outgoing& message) {
  elements_.push_back({std::make_shared<Outgoing>(message), nullptr});
  return *this;
}

OutgoingBundle& OutgoingBundle::add(const OutgoingBundle& bundle) {
  elements_.push_back({nullptr, std::make_shared<OutgoingBundle>(bundle)});
  return *this;
}

// A lo_bundle that owns its bundles and a reference to each message. Only lo_bundle_free_recursive gives back
// all that liblo 0.31 takes for it (lo_bundle_free leaks the paths).
void* OutgoingBundle::build() const {
  const lo_bundle made = lo_bundle_new({time_.seconds(), time_.fraction()});
  if (made == nullptr) throw std::bad_alloc();
  for (const Element& element : elements_) {
    if (element.message != nullptr) {
      const lo_message message = message_of(element.message->message_);
      lo_message_incref(message);
      lo_bundle_add_message(made, element.message->address_.c_str(), message);
    } else {
      lo_bundle_add_bundle(made, element.bundle->build());
    }
  }
  return made;
}

std::vector<std::byte> OutgoingBundle::bytes() const {
  const std::unique_ptr<void, void (*)(void*)> made(build(), [](void* b) { lo_bundle_free_recursive(b); });
  std::size_t size = 0;
  void* bytes = lo_bundle_serialise(made.get(), nullptr, &size);
  return copy_and_free(bytes, size);
}

}  // namespace continuo::osc
