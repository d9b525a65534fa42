// Replies whose length is not known before: pairs of names and values, lists of texts.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "engine/osc/packet_writer.h"
#include "engine/session/replies.h"

namespace continuo::session {

// A message of pairs, name and value, whose number is not known before.
class Pairs {
 public:
  void add(std::string name, std::variant<int32_t, float, std::string> value) {
    tags_ += 's';
    tags_ += "ifs"[value.index()];
    pairs_.emplace_back(std::move(name), std::move(value));
  }
  std::span<const std::byte> encode(std::string_view address, std::span<std::byte> buffer) const {
    osc::MessageWriter writer(buffer, address, tags_);
    for (const auto& [name, value] : pairs_) {
      writer.add(std::string_view(name));
      std::visit([&](const auto& v) { writer.add(v); }, value);
    }
    return writer.bytes();
  }

 private:
  std::string tags_;
  std::vector<std::pair<std::string, std::variant<int32_t, float, std::string>>> pairs_;
};

// A list of texts, in as many messages as it takes; an empty one is one message without arguments. A text
// that is too long for a packet beside others goes alone.
inline void send_texts(Replies& replies, const osc::Endpoint& to, std::string_view address,
                       const std::vector<std::string>& texts) {
  constexpr size_t kMost = 1300;
  std::vector<std::byte> buffer;
  size_t first = 0;
  do {
    size_t last = first, bytes = 0;
    while (last < texts.size() && (last == first || bytes + texts[last].size() + 5 <= kMost))
      bytes += texts[last++].size() + 5;
    buffer.resize(address.size() + bytes + 4 * (last - first) + 16);
    const std::string tags(last - first, 's');
    osc::MessageWriter writer(buffer, address, tags);
    for (; first < last; ++first) writer.add(std::string_view(texts[first]));
    replies.send_encoded(to, writer.bytes());
  } while (first < texts.size());
}

}  // namespace continuo::session
