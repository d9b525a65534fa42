// Reads a page as XML does: every tag closed, attributes quoted and unique, entities known.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace continuo::data {

// Empty when the page is well formed, else what is wrong and where. `attribute` sees every attribute.
std::string malformed(std::string_view page,
                      const std::function<void(std::string_view tag, std::string_view name,
                                               std::string_view value)>& attribute = nullptr);

}  // namespace continuo::data
