// What reading or writing a model file throws.
#pragma once
#include <stdexcept>

namespace continuo::io {

// The message names the file, the tensor or key, what was wrong, and what would be right.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace continuo::io
