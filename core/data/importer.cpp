#include "core/data/importer.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include <malloc.h>

#include <fmt/format.h>

#include "core/data/import/chunker.h"
#include "core/data/import/companions.h"
#include "core/data/import/merger.h"
#include "core/data/import/rules.h"
#include "core/data/import/source.h"

namespace tastebench {

namespace {

constexpr std::size_t most_bad_listed = 1000;

/// What all workers share while the files are read: pieces are merged in the order of the files, whoever read them.
class Reading {
  public:
    Reading(const ImportOptions& options, const RowShape& shape, ImportReport& report, Progress& progress)
        : options_(options), rules_(row_rules(options, shape)), merger_(shape), report_(report), progress_(progress) {}

    Status read_source(Source& source, const Parallel& parallel, std::uint64_t done_before, std::uint64_t bytes_all) {
        const auto begin = merger_.rows();
        done_before_ = done_before;
        bytes_all_ = bytes_all;
        auto status = source.reader ? read_text(source, parallel) : read_whole(source);
        if (status && source.test)
            tests_from_ = std::min(tests_from_, begin);
        return status;
    }

    /// Of the bytes of plain files, in order.
    Result<std::string> hash() const { return hasher_.hex(); }

    Result<DatasetParts> finish(const std::string& name, const Parallel& parallel) {
        report_.rows_read = merger_.rows();
        if (merger_.rows() == 0)
            return bad_data(report_.bad_rows > 0 ? "no row could be read" : "there is no row in it", name,
                            "give a file with at least one row");
        auto parts = merger_.finish(name, parallel);
        if (parts)
            for (auto row = tests_from_; row < parts->interactions.size(); ++row)
                parts->fixed_test.push_back(static_cast<RowIx>(row));
        return parts;
    }

  private:
    Status read_text(Source& source, const Parallel& parallel) {
        auto stream = open_text(source.input, source.head.encoding, &hasher_);
        if (!stream)
            return fail(stream.error());
        Chunker chunker(std::move(*stream), source.reader->body(), source.reader->quotes());
        const auto& head = source.head.text;
        const auto body = head.begin() + static_cast<std::ptrdiff_t>(std::min(source.reader->body(), head.size()));
        lines_ = static_cast<std::uint64_t>(std::count(head.begin(), body, '\n'));
        turn_ = 0;
        stopped_ = false;
        status_ = {};
        parallel.for_blocks(static_cast<std::size_t>(parallel.threads()), 1,
                            [&](std::size_t, std::size_t) { work(source, chunker); });
        return progress_.cancelled() ? cancelled_error() : status_;
    }

    /// One worker: takes the next stretch, reads it, waits until those before it are merged, merges it.
    void work(const Source& source, Chunker& chunker) {
        Stretch stretch;
        Piece piece(source.reader->shape(), rules_);
        while (take(chunker, stretch)) {
            try {
                piece.clear_rows();
                read_checked(*source.reader, stretch.text, piece);
                const auto lines =
                    static_cast<std::uint64_t>(std::count(stretch.text.begin(), stretch.text.end(), '\n'));
                in_turn(stretch.number, [&] {
                    const auto first_line = lines_;
                    lines_ += lines;
                    return keep(source, piece, stretch.text, first_line);
                });
            } catch (const std::bad_alloc&) {
                in_turn(stretch.number, []() -> Status {
                    return run_failed("there is not enough memory", {}, "import a part of the data, or sample it");
                });
            }
        }
    }

    bool take(Chunker& chunker, Stretch& stretch) {
        const std::scoped_lock lock(reading_);
        if (stopped_ || progress_.cancelled())
            return false;
        auto more = chunker.next(stretch);
        if (!more) {
            fault_at_end_ = more.error();
            stretch.text = {};
        }
        taken_ = chunker.taken();
        progress_.set_done(done_before_ + taken_);
        if (more && *more)
            return true;
        // A fault of the stream comes after the rows before it.
        stopped_ = true;
        if (fault_at_end_) {
            const std::scoped_lock status_lock(merging_);
            if (status_)
                status_ = fail(*fault_at_end_);
        }
        return false;
    }

    template <typename Merge>
    void in_turn(std::uint64_t number, Merge merge) {
        std::unique_lock lock(merging_);
        changed_.wait(lock, [&] { return turn_ == number; });
        if (!failed_ && !progress_.cancelled()) {
            if (auto merged = merge(); !merged) {
                status_ = merged;
                failed_ = true;
                stopped_ = true;
            }
        }
        ++turn_;
        changed_.notify_all();
    }

    Status keep(const Source& source, Piece& piece, std::string_view text, std::uint64_t first_line) {
        std::size_t counted = 0;
        std::uint64_t line = first_line + 1;
        for (auto& [offset, fault] : piece.failed) {
            if (!source.reader) { // no text: the offset is the row
                auto place = fmt::format("{}:{}:{}", source.input.shown(), offset + 1, fault.field);
                if (auto status = refuse({std::move(place), fault.what, fault.remedy, {}}); !status)
                    return status;
                continue;
            }
            line += static_cast<std::uint64_t>(std::count(text.begin() + static_cast<std::ptrdiff_t>(counted),
                                                          text.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
            counted = offset;
            BadRow bad{fmt::format("{}:{}:{}", source.input.shown(), line, fault.field), fault.what, fault.remedy,
                       line_text(text, offset)};
            if (auto status = refuse(std::move(bad)); !status)
                return status;
        }
        report_.bad_rows += piece.failed_untold;
        if (piece.failed_untold > 0 && report_.bad_rows > options_.most_bad_rows)
            return too_many(piece.failed.back().fault.what, source.input.shown());
        report_.missing += piece.missing;
        const auto share =
            static_cast<double>(done_before_ + taken_) / static_cast<double>(std::max<std::uint64_t>(1, bytes_all_));
        merger_.add(piece, share);
        tell_speed();
        return {};
    }

    void tell_speed() {
        const auto now = std::chrono::steady_clock::now();
        if (now - told_ < std::chrono::milliseconds(200))
            return;
        told_ = now;
        const double seconds = std::chrono::duration<double>(now - begun_).count();
        progress_.set_note(fmt::format("{} rows, {:.1f} million a second", merger_.rows(),
                                       static_cast<double>(merger_.rows()) / seconds / 1e6));
    }

    Status too_many(const std::string& last, const std::string& place) const {
        return bad_data(fmt::format("more than {} rows cannot be read; the last: {}", options_.most_bad_rows, last),
                        place, "check the format and the columns, or allow more bad rows");
    }

    Status refuse(BadRow bad) {
        if (options_.bad_rows == BadRows::stop)
            return bad_data(bad.reason, bad.place, bad.remedy);
        if (++report_.bad_rows > options_.most_bad_rows)
            return too_many(bad.reason, bad.place);
        if (report_.bad.size() < most_bad_listed)
            report_.bad.push_back(std::move(bad));
        return {};
    }

    Status read_whole(Source& source) {
        lines_ = 0;
        return source.format->read_all(
            source.input, options_, 0, nullptr, [&](Piece& piece) { return keep(source, piece, {}, 0); }, progress_);
    }

    const ImportOptions& options_;
    RowRules rules_;
    Merger merger_;
    ByteHasher hasher_;
    ImportReport& report_;
    Progress& progress_;
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now(), told_ = begun_;
    std::uint64_t done_before_ = 0, bytes_all_ = 0;
    std::size_t tests_from_ = std::numeric_limits<std::size_t>::max();

    std::mutex reading_;
    std::atomic<bool> stopped_ = false;
    std::atomic<std::uint64_t> taken_ = 0;
    std::optional<Error> fault_at_end_;

    std::mutex merging_;
    std::condition_variable changed_;
    std::uint64_t turn_ = 0;
    std::uint64_t lines_ = 0; ///< of the stretches merged so far
    bool failed_ = false;
    Status status_;
};

std::string default_name(const Source& source) {
    auto name =
        std::filesystem::path(source.set.named() ? source.input.base_name() : source.input.file.filename().string());
    if (name.extension() == ".zip" || source.set.named())
        name = name.stem();
    return name.string();
}

std::uint64_t size_of(const Input& input) {
    std::error_code ignored;
    const auto size = std::filesystem::file_size(input.file, ignored);
    return ignored ? 0 : size;
}

bool same_shape(const RowShape& a, const RowShape& b) {
    const auto same_context = std::equal(a.context.begin(), a.context.end(), b.context.begin(), b.context.end(),
                                         [](const ContextSpec& x, const ContextSpec& y) {
                                             return x.name == y.name && x.type == y.type && x.weighted == y.weighted;
                                         });
    return a.pairs == b.pairs && a.value == b.value && a.time == b.time && a.event == b.event && same_context;
}

/// Pieces of formats without a reader bring their own shape; all of one format have the same.
Result<RowShape> shape_of(const Source& source, const ImportOptions& options, Progress& progress) {
    if (source.reader)
        return source.reader->shape();
    RowShape shape;
    auto status = source.format->read_all(
        source.input, options, 1, nullptr,
        [&](Piece& piece) {
            shape = piece.shape();
            return Status();
        },
        progress);
    if (!status)
        return fail(status.error());
    return shape;
}

Result<std::vector<Source>> open_sources(const ImportOptions& options, Progress& progress) {
    if (options.files.empty())
        return usage_error("no file was given", "file", "name the file to import");
    progress.begin("Opening", 0);
    std::vector<Source> sources;
    for (const bool test : {false, true})
        for (const auto& path : test ? options.test_files : options.files) {
            auto source = open_source(path, options);
            if (!source)
                return fail(source.error());
            source->test = test;
            if (!sources.empty() && sources.front().reader && source->reader &&
                !same_shape(sources.front().reader->shape(), source->reader->shape()))
                return bad_data("this file has other columns than the first", path.string(), "import it on its own");
            sources.push_back(std::move(*source));
        }
    return sources;
}

Result<DatasetParts> read_rows(std::vector<Source>& sources, const ImportOptions& options, const Parallel& parallel,
                               Progress& progress, ImportReport& report) {
    auto shape = shape_of(sources.front(), options, progress);
    if (!shape)
        return fail(shape.error());
    std::uint64_t bytes = 0;
    for (const auto& source : sources)
        bytes += size_of(source.input);
    progress.begin("Reading", bytes);
    Reading reading(options, *shape, report, progress);
    std::uint64_t before = 0;
    for (auto& source : sources) {
        if (auto status = reading.read_source(source, parallel, before, bytes); !status)
            return fail(status.error());
        before += size_of(source.input);
    }
    // What was read as it lies on disk was hashed on the way; archives and folders are read for it.
    const bool plain = std::all_of(sources.begin(), sources.end(), [](const Source& source) {
        return source.reader && source.set.named() && is_plain(source.input);
    });
    auto hash = plain ? reading.hash() : hash_sources(options);
    if (!hash)
        return fail(hash.error());
    report.source_hash = std::move(*hash);
    progress.begin("Arranging", 0);
    return reading.finish(sources.front().input.shown(), parallel);
}

Result<DatasetPtr> read_and_arrange(const ImportOptions& options, const Parallel& parallel, Progress& progress,
                                    ImportReport& told) {
    auto sources = open_sources(options, progress);
    if (!sources)
        return fail(sources.error());
    auto parts = read_rows(*sources, options, parallel, progress, told);
    if (!parts)
        return fail(parts.error());
    if (auto status = apply_rules(options, *parts, told); !status)
        return fail(status.error());
    const auto& first = sources->front();
    parts->name = options.name.empty() ? default_name(first) : options.name;
    for (const auto& source : *sources)
        parts->source +=
            (parts->source.empty() ? "" : ", ") + std::filesystem::path(source.input.shown()).filename().string();
    if (first.format->complete != nullptr)
        if (auto status = first.format->complete(first.set, options, *parts, told); !status)
            return fail(status.error());
    if (auto status = join_named_tables(options, *parts, told); !status)
        return fail(status.error());
    if (progress.cancelled())
        return cancelled_error();
    return Dataset::make(std::move(*parts), &parallel);
}

/// An import leaves as much freed memory behind as the data takes, which the allocator would keep for the process.
void give_back_memory() {
    malloc_trim(0);
}

} // namespace

Result<DatasetPtr> import_dataset(const ImportOptions& options, const Parallel& parallel, Progress& progress,
                                  ImportReport* report) {
    const auto start = std::chrono::steady_clock::now();
    ImportReport own;
    ImportReport& told = report != nullptr ? *report : own;
    told = {};
    auto data = read_and_arrange(options, parallel, progress, told);
    give_back_memory();
    told.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return data;
}

} // namespace tastebench
