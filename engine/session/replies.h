// Answers to clients: /done, /fail and values.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_set>

#include "engine/osc/feedback.h"
#include "engine/osc/packet_writer.h"
#include "engine/session/services.h"

namespace continuo::session {

// Control thread.
class Replies {
 public:
  Replies(Outbox& outbox, const osc::Feedback& feedback) : outbox_(outbox), feedback_(feedback) {}

  // The type tags follow from the arguments: int32, int64, float, double, text, TimeTag.
  template <typename... Arguments>
  std::span<const std::byte> encode(std::string_view address, const Arguments&... arguments) {
    const char tags[] = {tag_of<Arguments>()..., '\0'};
    osc::MessageWriter writer(buffer_, address, tags);
    (add(writer, arguments), ...);
    return writer.bytes();
  }
  // To where the client sends from, or to the port that it named for replies.
  template <typename... Arguments>
  void send(const osc::Endpoint& to, std::string_view address, const Arguments&... arguments) {
    if (heard_by_somebody(to)) send_encoded(to, encode(address, arguments...));
  }
  void send_encoded(const osc::Endpoint& to, std::span<const std::byte> message) {
    if (heard_by_somebody(to) && !message.empty()) outbox_.send(feedback_.reply_to(to), message);
  }
  template <typename... Arguments>
  void done(const osc::Endpoint& to, std::string_view address, const Arguments&... arguments) {
    send(to, "/done", address, arguments...);
  }
  void fail(const osc::Endpoint& to, std::string_view address, std::string_view reason) {
    if (!silent_.contains(to)) send(to, "/fail", address, reason);
  }
  // /error 0 or 1 of a client.
  void set_errors(const osc::Endpoint& of, bool on) {
    if (on) silent_.erase(of);
    if (!on && silent_.size() < kMaxSilent) silent_.insert(of);
  }
  // For messages whose length is not known before.
  [[nodiscard]] std::span<std::byte> buffer() noexcept { return buffer_; }

 private:
  static constexpr size_t kMaxSilent = 1024;

  template <typename T>
  static constexpr char tag_of() {
    if constexpr (std::is_same_v<T, osc::TimeTag>)
      return 't';
    else if constexpr (std::is_convertible_v<T, std::string_view>)
      return 's';
    else if constexpr (std::is_same_v<T, float>)
      return 'f';
    else if constexpr (std::is_same_v<T, double>)
      return 'd';
    else if constexpr (sizeof(T) == 8)
      return 'h';
    else
      return 'i';
  }
  template <typename T>
  static void add(osc::MessageWriter& writer, const T& value) {
    if constexpr (std::is_convertible_v<T, std::string_view>) {
      std::string_view text = value;
      writer.add(text.substr(0, std::min(text.find('\0'), kLongestText)));
    } else if constexpr (tag_of<T>() == 'i') {
      writer.add(static_cast<std::int32_t>(value));
    } else if constexpr (tag_of<T>() == 'h') {
      writer.add(static_cast<std::int64_t>(value));
    } else {
      writer.add(value);
    }
  }
  static constexpr size_t kLongestText = 900;

  static bool heard_by_somebody(const osc::Endpoint& to) {
    return to.transport != osc::Transport::none && to.transport != osc::Transport::internal;
  }

  Outbox& outbox_;
  const osc::Feedback& feedback_;
  std::unordered_set<osc::Endpoint, osc::EndpointHash> silent_;
  std::array<std::byte, 2048> buffer_;
};

}  // namespace continuo::session
