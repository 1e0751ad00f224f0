// Parallel loops over fixed blocks (oneTBB). The split into blocks never depends on the number of threads, so a
// reduction made block by block in block order gives the same digits on any machine shape.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace tastebench {

class Parallel {
  public:
    /// threads = 0: as many as the processor offers. With `background` its worker threads run at the
    /// lowest scheduling priority, so that a window stays alive beside them; a caller that is itself a background
    /// thread calls lower_thread_priority() once.
    explicit Parallel(int threads = 0, bool background = false);
    ~Parallel();
    Parallel(const Parallel&) = delete;
    Parallel& operator=(const Parallel&) = delete;

    int threads() const;

    /// Calls body(first, last) for [0, n) cut into blocks of `block`; blocks run in any order, at once on up to
    /// threads() threads. The body must not throw.
    void for_blocks(std::size_t n, std::size_t block,
                    const std::function<void(std::size_t first, std::size_t last)>& body) const;

    /// Calls body(part) for [0, parts), a part on the thread that had it in the last call of as many, where the
    /// scheduler can keep it so: for data that parts change over and over, which is then near that thread's processor.
    void for_parts(std::size_t parts, const std::function<void(std::size_t part)>& body) const;

  private:
    struct Arena;
    std::unique_ptr<Arena> arena_;
};

/// Puts the calling thread at the lowest scheduling priority, for good.
void lower_thread_priority();

} // namespace tastebench
