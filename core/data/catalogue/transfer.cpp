#include "core/data/catalogue/transfer.h"

#include <cctype>
#include <charconv>

#include <curl/curl.h>
#include <fmt/format.h>

#include "core/base/version.h"

namespace tastebench {

namespace {

using Clock = std::chrono::steady_clock;
constexpr int poll_milliseconds = 50;

struct FreeEasy {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeMulti {
    void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};
struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

/// libcurl's own preparation, once for the program and never undone: other threads may be using it.
bool curl_ready() {
    static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    return ready;
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (auto& c : out)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blank = " \t\r\n";
    const auto first = text.find_first_not_of(blank);
    return first == text.npos ? std::string_view() : text.substr(first, text.find_last_not_of(blank) - first + 1);
}

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t out = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (fault != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return out;
}

class Exchange {
  public:
    Exchange(const HttpRequest& request, const HttpSink& sink, const Progress& progress)
        : request_(request), sink_(sink), progress_(progress), easy_(curl_easy_init()), multi_(curl_multi_init()) {}
    ~Exchange() {
        if (added_)
            curl_multi_remove_handle(multi_.get(), easy_.get());
    }
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    tl::expected<HttpHead, TransferFault> run() {
        if (!easy_ || !multi_)
            return fault("the network library cannot be started", "free some memory and try again", false);
        set_up();
        added_ = curl_multi_add_handle(multi_.get(), easy_.get()) == CURLM_OK;
        window_began_ = Clock::now();
        int running = 1;
        while (running > 0) {
            if (curl_multi_perform(multi_.get(), &running) != CURLM_OK)
                return fault("the network library failed", "try again", true);
            if (progress_.cancelled())
                return cancelled();
            if (running > 0 && stalled())
                return fault(fmt::format("{} has sent nothing or too little for {:.0f} s", host_of(request_.url),
                                         std::chrono::duration<double>(request_.stall_timeout).count()),
                             "try again later", true);
            if (running > 0)
                curl_multi_poll(multi_.get(), nullptr, 0, poll_milliseconds, nullptr);
        }
        return outcome();
    }

  private:
    template <typename Value>
    void set(CURLoption option, Value value) {
        curl_easy_setopt(easy_.get(), option, value);
    }

    void set_up() {
        set(CURLOPT_URL, request_.url.c_str());
        set(CURLOPT_PROTOCOLS_STR, "http,https");
        set(CURLOPT_FOLLOWLOCATION, 0L);
        set(CURLOPT_SSL_VERIFYPEER, 1L);
        set(CURLOPT_SSL_VERIFYHOST, 2L);
        set(CURLOPT_NOSIGNAL, 1L);
        set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request_.connect_timeout.count()));
        set(CURLOPT_USERAGENT, agent_.c_str());
        set(CURLOPT_ERRORBUFFER, reason_.data());
        set(CURLOPT_HEADERFUNCTION, &Exchange::take_header);
        set(CURLOPT_HEADERDATA, this);
        set(CURLOPT_WRITEFUNCTION, &Exchange::take_body);
        set(CURLOPT_WRITEDATA, this);
        if (request_.from == 0)
            return;
        // By hand rather than by CURLOPT_RESUME_FROM, which takes any answer but 206 for a fault.
        for (const auto& line : {fmt::format("Range: bytes={}-", request_.from), "If-Range: " + request_.validator})
            headers_.reset(curl_slist_append(headers_.release(), line.c_str()));
        set(CURLOPT_HTTPHEADER, headers_.get());
    }

    static std::size_t take_header(char* data, std::size_t, std::size_t bytes, void* self) {
        static_cast<Exchange*>(self)->header(std::string_view(data, bytes));
        return bytes;
    }

    static std::size_t take_body(char* data, std::size_t, std::size_t bytes, void* self) {
        return static_cast<Exchange*>(self)->body(data, bytes) ? bytes : CURL_WRITEFUNC_ERROR;
    }

    void header(std::string_view line) {
        received_ += line.size();
        if (line.starts_with("HTTP/")) {
            head_ = {}; // an interim answer came before
            etag_.clear();
            date_.clear();
            return;
        }
        const auto colon = line.find(':');
        if (colon == line.npos)
            return;
        const auto name = lower(line.substr(0, colon));
        const auto value = trimmed(line.substr(colon + 1));
        if (name == "content-length")
            head_.length = number(value);
        else if (name == "content-range")
            head_.content_range = value;
        else if (name == "etag" && !value.starts_with("W/"))
            etag_ = value; // a weak one does not promise the same bytes
        else if (name == "last-modified")
            date_ = value;
    }

    void complete_head() {
        head_told_ = true;
        curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &head_.status);
        char* location = nullptr;
        curl_easy_getinfo(easy_.get(), CURLINFO_REDIRECT_URL, &location);
        if (location != nullptr)
            head_.location = location;
        curl_off_t seconds = 0;
        curl_easy_getinfo(easy_.get(), CURLINFO_RETRY_AFTER, &seconds);
        head_.retry_after = std::chrono::seconds(seconds);
        head_.validator = etag_.empty() ? date_ : etag_;
        const auto wanted = sink_.head(head_);
        if (!wanted)
            refusal_ = fail(wanted.error());
        enough_ = !wanted || !*wanted;
    }

    bool body(const char* data, std::size_t bytes) {
        received_ += bytes;
        if (!head_told_)
            complete_head();
        if (enough_ || progress_.cancelled())
            return false;
        refusal_ = sink_.body(data, bytes);
        return refusal_.has_value();
    }

    bool stalled() {
        const auto now = Clock::now();
        if (now - window_began_ < request_.stall_timeout)
            return false;
        const bool slow = received_ - window_received_ < request_.stall_bytes;
        window_began_ = now;
        window_received_ = received_;
        return slow;
    }

    tl::unexpected<TransferFault> cancelled() {
        // The thread that looks up the host's address is left to end by itself.
        set(CURLOPT_QUICK_EXIT, 1L);
        return tl::unexpected(TransferFault{cancelled_error().value(), false});
    }

    tl::unexpected<TransferFault> fault(const std::string& what, const std::string& remedy, bool passing) const {
        return tl::unexpected(TransferFault{{ErrorKind::failed, what, request_.url, remedy}, passing});
    }

    tl::expected<HttpHead, TransferFault> outcome() {
        int left = 0;
        const auto* message = curl_multi_info_read(multi_.get(), &left);
        const CURLcode code = message != nullptr ? message->data.result : CURLE_FAILED_INIT;
        if (!refusal_)
            return tl::unexpected(TransferFault{refusal_.error(), false});
        if (progress_.cancelled())
            return cancelled();
        if (code != CURLE_OK && !enough_)
            return explain(code);
        if (!head_told_)
            complete_head();
        if (!refusal_)
            return tl::unexpected(TransferFault{refusal_.error(), false});
        return head_;
    }

    tl::unexpected<TransferFault> explain(CURLcode code) const {
        const auto host = host_of(request_.url);
        const std::string reason = reason_[0] != '\0' ? std::string(reason_.data()) : curl_easy_strerror(code);
        switch (code) {
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_RESOLVE_PROXY:
            return fault("the address of " + host + " cannot be found", "check the connection to the internet", true);
        case CURLE_COULDNT_CONNECT:
        case CURLE_OPERATION_TIMEDOUT:
            return fault(host + " does not answer (" + reason + ")", "check the connection, or try again later", true);
        case CURLE_PARTIAL_FILE:
        case CURLE_GOT_NOTHING:
        case CURLE_SEND_ERROR:
        case CURLE_RECV_ERROR:
        case CURLE_HTTP2:
        case CURLE_HTTP2_STREAM:
            return fault("the connection to " + host + " was cut (" + reason + ")",
                         "start it again: it goes on where it stopped", true);
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_CONNECT_ERROR:
            return fault("no safe connection to " + host + " is possible (" + reason + ")",
                         "check the date of this computer and its certificates (package ca-certificates)", false);
        default:
            return fault("the download failed (" + reason + ")", "try again later", false);
        }
    }

    const HttpRequest& request_;
    const HttpSink& sink_;
    const Progress& progress_;
    std::unique_ptr<CURL, FreeEasy> easy_;
    std::unique_ptr<CURLM, FreeMulti> multi_;
    std::unique_ptr<curl_slist, FreeList> headers_;
    std::string agent_ = std::string("tastebench/") + version;
    std::array<char, CURL_ERROR_SIZE> reason_{};
    HttpHead head_;
    std::string etag_, date_;
    bool added_ = false, head_told_ = false;
    bool enough_ = false; ///< nothing more is wanted of the answer
    Status refusal_;      ///< what the sink said
    std::uint64_t received_ = 0, window_received_ = 0;
    Clock::time_point window_began_;
};

} // namespace

tl::expected<HttpHead, TransferFault> exchange(const HttpRequest& request, const HttpSink& sink,
                                               const Progress& progress) {
    if (!curl_ready())
        return tl::unexpected(TransferFault{
            {ErrorKind::failed, "the network library cannot be started", request.url, "free some memory"}, false});
    return Exchange(request, sink, progress).run();
}

Status check_redirect(const std::string& from, const std::string& to) {
    if (host_of(to).empty())
        return run_failed("the address leads on to one that is not http or https", from,
                          "look on the data set's home page for where the file has moved");
    if (is_secure(from) && !is_secure(to))
        return run_failed("the safe address leads on to an unsafe one, " + to, from,
                          "it was not followed; get the file by hand if you trust that address");
    return {};
}

bool is_secure(const std::string& url) {
    return lower(std::string_view(url).substr(0, 8)) == "https://";
}

std::string host_of(const std::string& url) {
    if (!is_secure(url) && lower(std::string_view(url).substr(0, 7)) != "http://")
        return {};
    const auto first = url.find("//") + 2;
    return url.substr(first, url.find_first_of("/?#", first) - first);
}

} // namespace tastebench
