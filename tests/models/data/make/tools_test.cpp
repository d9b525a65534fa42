// Other programs are run within limits.
#include "models/data/make/tools.h"
#include "models/data/scratch_folder.h"

#include <catch2/catch.hpp>

using namespace continuo::make;

TEST_CASE("a program's output and its end") {
  const Outcome fine = run({"sh", "-c", "echo out; echo err >&2; exit 3"});
  CHECK(fine.status == 3);
  CHECK(fine.output == "out\nerr\n");
  CHECK(fine.limit.empty());
  CHECK(run({"/no/such/program"}).status == 127);
  CHECK_THROWS_WITH(run_or_throw({"sh", "-c", "echo why; exit 1"}),
                    Catch::Contains("status 1") && Catch::Contains("why"));
}

TEST_CASE("a program that never ends is killed, and so are its children") {
  const Outcome slow = run({"sh", "-c", "sleep 100 & echo $!; wait"}, {}, {.seconds = 0.3});
  CHECK(slow.status == 128 + 9);
  CHECK(slow.limit == "it took longer than 0.3 s");
  REQUIRE(!slow.output.empty());
  const std::string child = slow.output.substr(0, slow.output.size() - 1);
  CHECK(run({"cat", "/proc/" + child + "/cmdline"}).output.find("sleep") ==
        std::string::npos);  // gone, or a zombie
  CHECK_THROWS_WITH(run_or_throw({"sleep", "100"}, {}, {.seconds = 0.1}), Catch::Contains("was stopped"));
}

TEST_CASE("a program that fills the disk is stopped at the largest file") {
  const continuo::data::ScratchFolder folder;
  const Outcome big =
      run({"dd", "if=/dev/zero", "of=big", "bs=65536"}, folder.path(), {.file_bytes = 1'000'000});
  CHECK(big.status == 128 + 25);
  CHECK(big.limit == "it wrote more than 1 MB into a file");
  CHECK(std::filesystem::file_size(folder.path() / "big") <= 1'000'000);
}
