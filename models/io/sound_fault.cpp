#include "models/io/sound_fault.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>

namespace continuo::io {
namespace {

namespace fs = std::filesystem;

struct Mark {
  size_t at;
  std::string_view bytes;
  const char* what;
};

using namespace std::string_view_literals;

// Sounds that the library should have known: what is wrong is within.
constexpr Mark kSounds[] = {
    {0, "RIFF", "a WAV file"},  {0, "RF64", "a WAV file"},  {0, "FORM", "an AIFF file"},
    {0, "fLaC", "a FLAC file"}, {0, "OggS", "an Ogg file"}, {0, "ID3", "an MP3 file"},
    {0, "caff", "a CAF file"},  {0, ".snd", "an AU file"},
};

constexpr Mark kOthers[] = {
    {4, "ftyp", "an MP4 or M4A file (AAC): convert it to wav or flac first"},
    {0, "\x1a\x45\xdf\xa3"sv, "a Matroska or WebM file: convert its sound to wav or flac first"},
    {0, "\x30\x26\xb2\x75"sv, "a Windows Media file: convert it to wav or flac first"},
    {0, "MThd", "a MIDI file: it holds notes, no sound"},
    {0, "PK\x03\x04"sv, "a zip archive: unpack it first"},
    {0, "\x1f\x8b"sv, "a gzip archive: unpack it first"},
    {0, "%PDF", "a PDF document"},
    {0, "\x89PNG", "a picture"},
    {0, "\xff\xd8\xff"sv, "a picture"},
    {0,
     "\x7f"
     "ELF",
     "a program"},
};

template <size_t kCount>
const Mark* known(const Mark (&marks)[kCount], std::string_view head) {
  const auto found = std::find_if(std::begin(marks), std::end(marks), [&](const Mark& mark) {
    return head.size() >= mark.at + mark.bytes.size() &&
           head.substr(mark.at, mark.bytes.size()) == mark.bytes;
  });
  return found == std::end(marks) ? nullptr : found;
}

bool is_text(std::string_view head) {
  return std::none_of(head.begin(), head.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f';
  });
}

}  // namespace

std::string closed_sound(const fs::path& file) {
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (!fs::exists(status)) return "no such file";
  if (fs::is_directory(status)) return "is a folder; name one recording in it";
  if (!fs::is_regular_file(status)) return {};  // a pipe: what comes out of it decides
  if (!std::ifstream(file, std::ios::binary)) return "may not be read (permission denied)";
  return fs::file_size(file, error) == 0 ? "is empty (0 bytes)" : "";
}

std::string unread_sound(const fs::path& file, const std::string& reason) {
  std::array<char, 512> bytes{};
  std::error_code error;
  std::string_view head;
  if (fs::is_regular_file(file, error)) {
    std::ifstream in(file, std::ios::binary);
    in.read(bytes.data(), bytes.size());
    head = {bytes.data(), static_cast<size_t>(in.gcount())};
  }
  const std::string right = std::string("; ") + kReadableSounds;
  if (const Mark* sound = known(kSounds, head))
    return std::string("looks like ") + sound->what +
           " but is damaged or of a kind that is not known: " + reason;
  if (const Mark* other = known(kOthers, head)) return std::string("is ") + other->what + right;
  if (!head.empty() && is_text(head)) return "is a text, no recording" + right;
  return "is no recording: " + reason + right;
}

}  // namespace continuo::io
