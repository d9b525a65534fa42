// The two readers behind parse_score.
#pragma once

#include "engine/session/score/score.h"

namespace continuo::session {

Score parse_text_score(std::string_view text);
Score parse_binary_score(std::span<const std::byte> content);

}  // namespace continuo::session
