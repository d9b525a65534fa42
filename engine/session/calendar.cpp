// What control keeps for later.
#include "engine/session/calendar.h"

#include <utility>

namespace continuo::session {
namespace {
size_t bytes_of(const Calendar::Group& group) {
  size_t bytes = sizeof group;
  for (const auto& message : group.messages) bytes += message.size() + sizeof message;
  return bytes;
}
}  // namespace

bool Calendar::add(uint64_t due, Group group) {
  const size_t bytes = bytes_of(group);
  if (groups_.size() >= kMaxGroups || bytes_ + bytes > kMaxBytes) return false;
  bytes_ += bytes;
  groups_.emplace(due, std::move(group));
  return true;
}

std::optional<Calendar::Group> Calendar::take_before(uint64_t frame) {
  if (groups_.empty() || groups_.begin()->first >= frame) return std::nullopt;
  std::optional<Group> group = std::move(groups_.begin()->second);
  groups_.erase(groups_.begin());
  bytes_ -= bytes_of(*group);
  return group;
}

std::optional<Calendar::Change> Calendar::take_change_before(uint64_t frame) {
  if (changes_.empty() || changes_.begin()->first >= frame) return std::nullopt;
  const Change change = changes_.begin()->second;
  changes_.erase(changes_.begin());
  return change;
}

void Calendar::clear() {
  groups_.clear();
  changes_.clear();
  bytes_ = 0;
}

}  // namespace continuo::session
