#include "core/experiment/run_keeper.h"

#include <fmt/format.h>

namespace tastebench {

Status RunCheckpoints::keep(std::span<const std::byte> state) {
    const auto here = current_environment(0);
    Writer out;
    out.text(here.version);
    out.text(here.variant);
    out.number(earlier_seconds_ + std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count());
    std::copy(state.begin(), state.end(), out.grow(state.size()));
    const auto kept = keeper_.keep_checkpoint(id_, out.bytes());
    warn(kept ? std::string() : fmt::format("this run could not be resumed: {}", kept.error().text()));
    return {};
}

std::optional<std::vector<std::byte>> RunCheckpoints::take() {
    began_ = std::chrono::steady_clock::now();
    const auto kept = keeper_.take_checkpoint(id_);
    if (!kept) {
        warn(fmt::format("training began anew: {}", kept.error().text()));
        return {};
    }
    if (!*kept)
        return {};
    const auto here = current_environment(0);
    Reader in(**kept);
    const auto version = in.text();
    const auto variant = in.text();
    const auto seconds = in.number<double>();
    if (!in.ok() || version != here.version || variant != here.variant) {
        warn("training began anew: its checkpoint is of another version or processor variant");
        return {};
    }
    earlier_seconds_ = seconds;
    const auto state = in.rest();
    return std::vector(state.begin(), state.end());
}

std::string RunCheckpoints::warning() const {
    const std::scoped_lock lock(mutex_);
    return warning_;
}

void RunCheckpoints::warn(std::string text) {
    if (!text.empty())
        progress_.set_note(text);
    const std::scoped_lock lock(mutex_);
    warning_ = std::move(text);
}

} // namespace tastebench
