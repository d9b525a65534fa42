// Names that people give to parts, sessions, models and recordings.
#pragma once

#include <string>
#include <string_view>

namespace continuo::session {

// a-z 0-9 _ and -: upper case becomes lower, all else becomes _ (runs of it one; none at the ends); at most
// 48 long. "norm", "text" and pure numbers get a leading _, so that no name reads as a face or a part's
// number. Empty when nothing is left.
std::string fit_name(std::string_view wanted);

// `name`, or name-2, name-3, ... such that `taken` says no.
template <typename Taken>
std::string free_name(const std::string& name, Taken taken) {
  if (!taken(name)) return name;
  for (int n = 2;; ++n) {
    std::string next = name + "-" + std::to_string(n);
    if (!taken(next)) return next;
  }
}

}  // namespace continuo::session
