// Work off the control thread.
#include "engine/session/jobs.h"

#include <concurrentqueue/blockingconcurrentqueue.h>

#include <exception>
#include <thread>
#include <utility>

#include "engine/rt/thread.h"

namespace continuo::session {
namespace {

std::string attempt(const std::function<void()>& work) {
  try {
    work();
    return {};
  } catch (const std::exception& error) {
    return *error.what() ? error.what() : "failed";
  } catch (...) {
    return "failed";
  }
}

}  // namespace

struct DiskJobs::State {
  struct Job {
    std::function<void()> work;  // empty: the end
    std::function<void(const std::string&)> then;
  };
  Post post;
  moodycamel::BlockingConcurrentQueue<Job> queue;
  moodycamel::ProducerToken control{queue};
  std::thread thread;

  void loop() {
    rt::set_name("disk");
    for (Job job;;) {
      queue.wait_dequeue(job);
      if (!job.work) return;
      std::string error = attempt(job.work);
      job.work = nullptr;  // what it holds goes here, not on control
      post([then = std::move(job.then), error = std::move(error)] { then(error); });
    }
  }
};

DiskJobs::DiskJobs(Post post) : state_(std::make_unique<State>()) {
  state_->post = std::move(post);
  state_->thread = std::thread([state = state_.get()] { state->loop(); });
}

DiskJobs::~DiskJobs() {
  state_->queue.enqueue(state_->control, {});
  state_->thread.join();
}

void DiskJobs::run(std::function<void()> work, std::function<void(const std::string&)> then) {
  ++pending_;
  state_->queue.enqueue(state_->control,
                        {std::move(work), [this, then = std::move(then)](const std::string& error) {
                           --pending_;
                           if (then) then(error);
                         }});
}

void InlineJobs::run(std::function<void()> work, std::function<void(const std::string&)> then) {
  waiting_.push_back({std::move(work), std::move(then)});
}

void InlineJobs::drain() {
  while (!waiting_.empty()) {
    Job job = std::move(waiting_.front());
    const std::string error = attempt(job.work);
    waiting_.erase(waiting_.begin());
    if (job.then) job.then(error);
  }
}

}  // namespace continuo::session
