#include "core/data/catalogue/download.h"

#include <thread>

#include <fmt/format.h>

#include "core/data/catalogue/checksum.h"
#include "core/data/catalogue/part_file.h"
#include "core/data/catalogue/transfer.h"

namespace tastebench {

namespace {

constexpr std::chrono::milliseconds longest_pause{60'000};
constexpr std::chrono::milliseconds nap{50};

constexpr const char* by_hand = "try again later, or get the file by hand and use it from this computer";

bool is_redirect(long status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}
bool may_pass(long status) {
    return status >= 500 || status == 408 || status == 429;
}

/// First byte and whole size of "bytes 100-199/200"; the size is 0 if it is "*". "bytes */200" has no first byte.
struct Range {
    std::optional<std::uint64_t> first;
    std::uint64_t size = 0;
};
Range parse_range(const std::string& text) {
    Range out;
    unsigned long long first = 0, last = 0, size = 0;
    if (std::sscanf(text.c_str(), "bytes %llu-%llu/%llu", &first, &last, &size) >= 2)
        out = {first, size};
    else if (std::sscanf(text.c_str(), "bytes */%llu", &size) == 1)
        out.size = size;
    return out;
}

class Download {
  public:
    Download(const std::string& url, const std::filesystem::path& file, const DownloadOptions& options,
             Progress& progress)
        : url_(url), file_(file), options_(options), progress_(progress), hasher_(options.checksum.kind) {}

    Result<DownloadReport> run() {
        if (host_of(url_).empty())
            return usage_error("this is no http or https address", url_, "give one such as https://host/file.zip");
        if (auto status = prepare(); !status)
            return fail(status.error());
        while (true) {
            auto attempt = follow();
            if (attempt)
                break;
            if (!attempt.error().passing || report_.retries >= options_.most_retries)
                return give_up(attempt.error().error);
            if (auto status = pause(); !status)
                return give_up(status.error());
            ++report_.retries;
        }
        return finish();
    }

  private:
    using Outcome = tl::expected<void, TransferFault>;

    Outcome refuse(ErrorKind kind, std::string what, std::string remedy, bool passing = false) const {
        return tl::unexpected(TransferFault{{kind, std::move(what), url_, std::move(remedy)}, passing});
    }

    /// An empty part is of no use and need not lie about.
    tl::unexpected<Error> give_up(const Error& error) {
        if (part_.bytes() == 0)
            part_.remove();
        return fail(error);
    }

    /// Takes up what an earlier download left.
    Status prepare() {
        auto part = PartFile::open(file_);
        if (!part)
            return fail(part.error());
        part_ = std::move(*part);
        const bool of_use = part_.tag().url == url_ && !part_.tag().validator.empty() &&
                            (options_.expected_bytes == 0 || part_.bytes() <= options_.expected_bytes);
        if (!of_use)
            return part_.restart();
        progress_.begin_bytes("Checking the part of " + file_.filename().string() + " that is already there",
                              part_.bytes());
        report_.resumed_from = part_.bytes();
        return hash_file(part_.path(), part_.bytes(), hasher_, progress_);
    }

    Status start_anew() {
        report_.resumed_from = 0;
        hasher_ = Hasher(options_.checksum.kind);
        return part_.restart();
    }

    /// One try: the address and where it leads to.
    Outcome follow() {
        std::string url = url_;
        for (int redirects = 0;; ++redirects) {
            progress_.begin("Connecting to " + host_of(url), 0);
            auto head = request(url);
            if (!head)
                return tl::unexpected(head.error());
            retry_after_ = head->retry_after;
            if (!is_redirect(head->status) || head->location.empty())
                return judge(*head);
            if (redirects >= options_.most_redirects)
                return refuse(ErrorKind::failed,
                              fmt::format("the address leads on to others more than {} times", options_.most_redirects),
                              by_hand);
            if (auto status = check_redirect(url, head->location); !status)
                return tl::unexpected(TransferFault{status.error(), false});
            url = head->location;
        }
    }

    tl::expected<HttpHead, TransferFault> request(const std::string& url) {
        accepting_ = false;
        const HttpRequest request{url,
                                  part_.bytes(),
                                  part_.tag().validator,
                                  options_.connect_timeout,
                                  options_.stall_timeout,
                                  options_.stall_bytes};
        const HttpSink sink{[this](const HttpHead& head) { return begin_body(head); },
                            [this](const char* data, std::size_t bytes) { return take(data, bytes); }};
        return exchange(request, sink, progress_);
    }

    /// Whether the body is the file or the missing rest of it.
    Result<bool> begin_body(const HttpHead& head) {
        if (head.status == 206) {
            accepting_ = parse_range(head.content_range).first == part_.bytes();
        } else if (head.status == 200) {
            // The server knows no ranges, or the file has changed: what is there is of no use.
            if (auto status = start_anew(); !status)
                return fail(status.error());
            if (auto status = part_.set_tag({url_, head.validator}); !status)
                return fail(status.error());
            accepting_ = true;
        }
        if (!accepting_)
            return false;
        const auto total = head.length ? part_.bytes() + *head.length : options_.expected_bytes;
        if (auto status = check_size(total); !status)
            return fail(status.error());
        if (auto status = part_.check_room(total > part_.bytes() ? total - part_.bytes() : 0); !status)
            return fail(status.error());
        promised_ = total;
        progress_.begin_bytes("Downloading " + file_.filename().string(), total, part_.bytes());
        return true;
    }

    Status check_size(std::uint64_t total) {
        if (options_.expected_bytes != 0 && total != options_.expected_bytes)
            return wrong_size(total);
        if (options_.expected_bytes == 0 && total > options_.most_bytes)
            return too_large();
        return {};
    }

    Status too_large() const {
        return bad_data(fmt::format("the file is larger than {} bytes", options_.most_bytes), url_,
                        "it is not what was expected there; get it by hand if you want it all the same");
    }

    /// The part can be of no use to anyone.
    Status wrong_size(std::uint64_t bytes) {
        part_.remove();
        return bad_data(
            fmt::format("the server's file has {} bytes, not {} as published", bytes, options_.expected_bytes), url_,
            "the publisher has replaced it, or something on the way altered it; " + std::string(by_hand));
    }

    Status take(const char* data, std::size_t bytes) {
        const auto grown = part_.bytes() + bytes;
        if (options_.expected_bytes != 0 && grown > options_.expected_bytes)
            return wrong_size(grown);
        if (options_.expected_bytes == 0 && grown > options_.most_bytes) {
            part_.remove();
            return too_large();
        }
        if (auto status = part_.append(data, bytes); !status)
            return status;
        hasher_.update(data, bytes);
        progress_.set_done(part_.bytes());
        return {};
    }

    Outcome judge(const HttpHead& head) {
        if (accepting_) {
            // Without a length, the end of the connection looks like the end of the file.
            if (promised_ != 0 && part_.bytes() < promised_)
                return refuse(ErrorKind::failed,
                              fmt::format("the connection ended after {} of {} bytes", part_.bytes(), promised_),
                              "start it again: it goes on where it stopped", true);
            return {};
        }
        if (head.status == 206 || head.status == 416) {
            if (head.status == 416 && part_.bytes() > 0 && parse_range(head.content_range).size == part_.bytes())
                return {}; // it was complete
            if (auto status = start_anew(); !status)
                return tl::unexpected(TransferFault{status.error(), false});
            return refuse(ErrorKind::failed, "the server sent another piece of the file than was asked for", by_hand,
                          true);
        }
        if (may_pass(head.status))
            return refuse(ErrorKind::failed, fmt::format("the server cannot answer now (HTTP {})", head.status),
                          by_hand, true);
        if (head.status == 404 || head.status == 410)
            return refuse(
                ErrorKind::failed, fmt::format("there is no such file any more (HTTP {})", head.status),
                "look on the data set's home page for where it has moved, and use the file from this computer");
        return refuse(ErrorKind::failed, fmt::format("the server does not give the file away (HTTP {})", head.status),
                      "look on the data set's home page for what it asks for, and use the file from this computer");
    }

    /// Longer each time, and as long as the server asks for; ended by a cancel.
    Status pause() {
        const auto growing = options_.first_pause * (1 << std::min(report_.retries, 10));
        const auto asked = std::chrono::duration_cast<std::chrono::milliseconds>(retry_after_);
        const auto until = std::chrono::steady_clock::now() + std::min(longest_pause, std::max(growing, asked));
        progress_.begin("Waiting to try again", 0);
        while (std::chrono::steady_clock::now() < until) {
            if (progress_.cancelled())
                return cancelled_error();
            std::this_thread::sleep_for(std::min(nap, options_.first_pause));
        }
        return {};
    }

    Result<DownloadReport> finish() {
        report_.bytes = part_.bytes();
        if (options_.expected_bytes != 0 && report_.bytes != options_.expected_bytes)
            return fail(wrong_size(report_.bytes).error());
        report_.checksum = hasher_.finish();
        report_.checked = options_.checksum.kind != ChecksumKind::none;
        if (report_.checked && report_.checksum.hex != options_.checksum.hex) {
            part_.remove();
            return bad_data(
                fmt::format("the file's checksum is {}, not {} as published", to_text(report_.checksum),
                            to_text(options_.checksum)),
                url_, "the publisher has replaced it, or something on the way altered it; " + std::string(by_hand));
        }
        if (auto status = part_.become(file_); !status)
            return fail(status.error());
        return report_;
    }

    const std::string& url_;
    const std::filesystem::path& file_;
    const DownloadOptions& options_;
    Progress& progress_;
    PartFile part_;
    Hasher hasher_;
    DownloadReport report_;
    std::chrono::seconds retry_after_{};
    std::uint64_t promised_ = 0; ///< bytes of the whole file; 0: not told
    bool accepting_ = false;
};

} // namespace

Result<DownloadReport> download(const std::string& url, const std::filesystem::path& file,
                                const DownloadOptions& options, Progress& progress) {
    return Download(url, file, options, progress).run();
}

std::uint64_t part_bytes(const std::filesystem::path& file) {
    return PartFile::left_by(file);
}

} // namespace tastebench
