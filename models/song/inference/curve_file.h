// Curves as text, for people and other programs: time_s, f0_hz, level_db.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "models/song/inference/curve.h"

namespace continuo::song {

// Any thread. Lines of "time_s,f0_hz,level_db" with rising times, at any distance; 0 Hz: no pitch. A first
// line that is no number names the columns, in any order; others are passed over. Between lines pitch and
// level go straight, but never from or to a line without pitch. Throws io::Error: "line 7: ...".
Curve parse_curve(std::string_view text, const std::string& where, double frame_rate = 100);
Curve read_curve(const std::filesystem::path& file, double frame_rate = 100);

// Disk thread. Throws io::Error.
void write_curve(const std::filesystem::path& file, const Curve& curve);

}  // namespace continuo::song
