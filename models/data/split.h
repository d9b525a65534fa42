// Which recordings train a model and which are held out: by a hash of the name, so that it never changes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace continuo::data {

// What names a recording: the file name without extension and without a take ("_rr2_cnd" and the like), so
// that the takes of one note stay on one side.
std::string recording_key(const std::filesystem::path& file);

// CRC-32 (IEEE 802.3, as in zlib) of "continuo/KEY".
std::uint32_t recording_hash(const std::filesystem::path& file);

// Held out when the hash modulo 10 is 0: one recording in ten.
bool held_out(const std::filesystem::path& file);

}  // namespace continuo::data
