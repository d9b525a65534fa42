// Messages that we compose at leisure (replies, calls to other programs), serialised by liblo.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/osc/time_tag.h"

namespace continuo::osc {

// Control thread; allocates. A copy stands for the same message, not for one of its own. liblo 0.31 knows
// every type but arrays and r: for those see MessageWriter.
//   transports.send(who, Outgoing("/fail").add("/part/1/gain").add("expects a number from -80 to 12
//   dB").bytes());
class Outgoing {
 public:
  explicit Outgoing(std::string address);
  Outgoing& add(std::int32_t value);
  Outgoing& add(std::int64_t value);
  Outgoing& add(float value);
  Outgoing& add(double value);
  Outgoing& add(const std::string& value);
  Outgoing& add(std::string_view value) { return add(std::string(value)); }
  Outgoing& add(const char* value) { return add(std::string(value)); }
  Outgoing& add(bool value);  // T or F
  Outgoing& add(TimeTag value);
  Outgoing& add_blob(std::span<const std::byte> value);
  Outgoing& add_nil();
  Outgoing& add_impulse();
  std::vector<std::byte> bytes() const;
  const std::string& address() const noexcept { return address_; }

 private:
  friend class OutgoingBundle;
  std::string address_;
  std::shared_ptr<void> message_;  // lo_message
};

class OutgoingBundle {
 public:
  explicit OutgoingBundle(TimeTag time = TimeTag::immediately()) : time_(time) {}
  OutgoingBundle& add(const Outgoing& message);
  OutgoingBundle& add(const OutgoingBundle& bundle);
  std::vector<std::byte> bytes() const;

 private:
  struct Element {  // one of both
    std::shared_ptr<const Outgoing> message;
    std::shared_ptr<const OutgoingBundle> bundle;
  };
  void* build() const;

  TimeTag time_;
  std::vector<Element> elements_;
};

}  // namespace continuo::osc
