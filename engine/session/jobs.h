// Work that control must not wait for: files, models, names on the network.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace continuo::session {

// Control thread calls; the work runs elsewhere, one job after the other; what follows runs on control again.
class Jobs {
 public:
  virtual ~Jobs() = default;
  // `work` runs on the disk thread and must end in bounded time; `then` runs on the control thread. An
  // exception that `work` lets out reaches `then` as its message; empty: it went well.
  virtual void run(std::function<void()> work, std::function<void(const std::string& error)> then) = 0;
  // Jobs whose `then` has not run yet.
  [[nodiscard]] virtual size_t pending() const = 0;
};

// One thread of idle I/O. `post` hands a function to the control thread (asio::post, or a queue); any thread
// may call it.
class DiskJobs final : public Jobs {
 public:
  using Post = std::function<void(std::function<void()>)>;
  explicit DiskJobs(Post post);
  // Ends after the jobs that are waiting; their `then` is posted still.
  ~DiskJobs() override;
  void run(std::function<void()> work, std::function<void(const std::string&)> then) override;
  [[nodiscard]] size_t pending() const override { return pending_; }

 private:
  struct State;
  std::unique_ptr<State> state_;
  size_t pending_ = 0;  // control thread
};

// Everything on the calling thread: for offline rendering and tests. Jobs wait until drain().
class InlineJobs final : public Jobs {
 public:
  void run(std::function<void()> work, std::function<void(const std::string&)> then) override;
  [[nodiscard]] size_t pending() const override { return waiting_.size(); }
  // Runs what waits, and what that asks for.
  void drain();

 private:
  struct Job {
    std::function<void()> work;
    std::function<void(const std::string&)> then;
  };
  std::vector<Job> waiting_;
};

}  // namespace continuo::session
