// Reads a page as XML does.
#include "tests/models/data/card/markup.h"

#include <cctype>
#include <set>
#include <vector>

namespace continuo::data {

namespace {

bool entities_known(std::string_view text) {
  for (std::size_t at = text.find('&'); at != std::string_view::npos; at = text.find('&', at + 1)) {
    bool known = false;
    for (const std::string_view entity : {"&amp;", "&lt;", "&gt;", "&quot;"})
      known |= text.substr(at, entity.size()) == entity;
    if (!known) return false;
  }
  return true;
}

}  // namespace

std::string malformed(
    std::string_view page,
    const std::function<void(std::string_view, std::string_view, std::string_view)>& attribute) {
  constexpr std::string_view kType = "<!DOCTYPE html>\n";
  if (page.substr(0, kType.size()) != kType) return "the page does not begin with its document type";
  std::vector<std::string> open;
  std::size_t at = kType.size();
  const auto wrong = [&](const std::string& what) {
    return what + " at byte " + std::to_string(at) + ": " + std::string(page.substr(at, 60));
  };
  while (at < page.size()) {
    const std::size_t next = std::min(page.find('<', at), page.size());
    const std::string_view text = page.substr(at, next - at);
    if (text.find('>') != std::string_view::npos && (open.empty() || open.back() != "style"))
      return wrong("a stray >");
    if (!entities_known(text)) return wrong("an unknown entity");
    at = next;
    if (at == page.size()) break;
    if (page.substr(at, 2) == "</") {
      const std::size_t end = page.find('>', at);
      if (end == std::string_view::npos) return wrong("an open end tag");
      const std::string name(page.substr(at + 2, end - at - 2));
      if (open.empty() || open.back() != name)
        return wrong("closes " + name + " inside " + (open.empty() ? "nothing" : open.back()));
      open.pop_back();
      at = end + 1;
      continue;
    }
    std::size_t i = at + 1;
    const auto word = [&] {
      const std::size_t begin = i;
      while (i < page.size() && (std::isalnum(static_cast<unsigned char>(page[i])) || page[i] == '-')) ++i;
      return page.substr(begin, i - begin);
    };
    const std::string_view tag = word();
    if (tag.empty()) return wrong("not a tag");
    std::set<std::string_view> names;
    for (;;) {
      while (i < page.size() && page[i] == ' ') ++i;
      if (page.substr(i, 2) == "/>") {
        i += 2;
        break;
      }
      if (page.substr(i, 1) == ">") {
        open.emplace_back(tag);
        ++i;
        break;
      }
      const std::string_view name = word();
      if (name.empty() || page.substr(i, 2) != "=\"" || !names.insert(name).second)
        return wrong("a bad attribute");
      const std::size_t end = page.find('"', i + 2);
      if (end == std::string_view::npos) return wrong("an open attribute");
      const std::string_view value = page.substr(i + 2, end - i - 2);
      if (value.find('<') != std::string_view::npos || !entities_known(value)) return wrong("a bad value");
      if (attribute) attribute(tag, name, value);
      i = end + 1;
    }
    at = i;
  }
  return open.empty() ? "" : "never closed: " + open.back();
}

}  // namespace continuo::data
