// Counts what this test executable allocates with operator new.
#pragma once

namespace continuo::test {

// Allocations made by all threads since the start.
long allocations() noexcept;

}  // namespace continuo::test
