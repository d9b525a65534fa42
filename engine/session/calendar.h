// What control keeps for later: groups that are too far ahead for the audio thread, and acts that only
// control can do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "engine/osc/endpoint.h"
#include "engine/session/target.h"

namespace continuo::session {

// Control thread.
class Calendar {
 public:
  static constexpr size_t kMaxGroups = 65536, kMaxBytes = 32u << 20;

  // The messages of one group, to be played at `frame`.
  struct Group {
    uint64_t frame = 0;
    osc::Endpoint from;
    std::vector<std::vector<std::byte>> messages;
  };
  // To be taken at frame `due`, some time before it acts. False: there is no room.
  [[nodiscard]] bool add(uint64_t due, Group group);
  // The earliest group that is due before `frame`.
  std::optional<Group> take_before(uint64_t frame);

  // A value that audio will reach at `frame`: what control tells, it tells then.
  struct Change {
    Target target;
    float value;
    osc::Endpoint from;
  };
  void add(uint64_t frame, const Change& change) { changes_.emplace(frame, change); }
  std::optional<Change> take_change_before(uint64_t frame);

  void clear();
  [[nodiscard]] size_t groups() const { return groups_.size(); }

 private:
  std::multimap<uint64_t, Group> groups_;  // by due frame; equal ones in order of arrival
  std::multimap<uint64_t, Change> changes_;
  size_t bytes_ = 0;
};

}  // namespace continuo::session
