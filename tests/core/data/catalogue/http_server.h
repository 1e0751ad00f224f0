// A small HTTP server on 127.0.0.1 that behaves as badly as a test wants: plain sockets, a thread for each connection.
#pragma once

#include <atomic>
#include <cstring>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tastebench::testing {

struct HttpRequestSeen {
    std::string target;
    std::map<std::string, std::string> headers; ///< names in lower case
    /// The first byte of "Range: bytes=N-"; 0 if there is none.
    std::size_t from() const {
        const auto range = headers.find("range");
        return range == headers.end() ? 0 : std::stoul(range->second.substr(6));
    }
};

class HttpConnection {
  public:
    HttpConnection(int socket, const std::atomic<bool>& stopping) : socket_(socket), stopping_(stopping) {}
    /// False once the other side has gone.
    bool send(const std::string& text) const {
        std::size_t sent = 0;
        while (sent < text.size()) {
            const auto n = ::send(socket_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
            if (n <= 0)
                return false;
            sent += static_cast<std::size_t>(n);
        }
        return true;
    }
    /// "HTTP/1.1 200 OK" and lines without line ends; adds the empty line.
    bool head(const std::string& status, const std::vector<std::string>& lines) const {
        std::string text = "HTTP/1.1 " + status + "\r\n";
        for (const auto& line : lines)
            text += line + "\r\n";
        return send(text + "Connection: close\r\n\r\n");
    }
    bool whole(const std::string& body, const std::vector<std::string>& lines = {}) const {
        auto all = lines;
        all.push_back("Content-Length: " + std::to_string(body.size()));
        return head("200 OK", all) && send(body);
    }
    /// The whole or, if a range is asked for, the rest.
    bool file(const HttpRequestSeen& request, const std::string& body, const std::vector<std::string>& lines) const {
        const auto from = request.from();
        if (from == 0)
            return whole(body, lines);
        auto all = lines;
        all.push_back("Content-Length: " + std::to_string(body.size() - from));
        all.push_back("Content-Range: bytes " + std::to_string(from) + "-" + std::to_string(body.size() - 1) + "/" +
                      std::to_string(body.size()));
        return head("206 Partial Content", all) && send(body.substr(from));
    }
    /// Sleeps, but not beyond the test's end.
    void rest(int milliseconds) const {
        for (int i = 0; i < milliseconds && !stopping_; i += 5)
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    bool stopping() const { return stopping_; }

  private:
    int socket_;
    const std::atomic<bool>& stopping_;
};

class HttpServer {
  public:
    /// `number` counts the requests from 0.
    using Handler = std::function<void(const HttpRequestSeen&, const HttpConnection&, int number)>;

    explicit HttpServer(Handler handler) : handler_(std::move(handler)) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 16) != 0 ||
            ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
            std::abort();
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { listen(); });
    }
    ~HttpServer() {
        stopping_ = true;
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
        for (auto& worker : workers_)
            worker.join();
    }
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    std::string url(const std::string& target = "/data.bin") const {
        return "http://127.0.0.1:" + std::to_string(port_) + target;
    }
    std::vector<HttpRequestSeen> seen() const {
        const std::scoped_lock lock(mutex_);
        return seen_;
    }

  private:
    void listen() {
        while (!stopping_) {
            const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (socket < 0)
                continue;
            workers_.emplace_back([this, socket] {
                serve(socket);
                ::shutdown(socket, SHUT_RDWR);
                ::close(socket);
            });
        }
    }

    void serve(int socket) {
        std::string text;
        char block[4096];
        while (text.find("\r\n\r\n") == text.npos) {
            const auto n = ::recv(socket, block, sizeof block, 0);
            if (n <= 0)
                return;
            text.append(block, static_cast<std::size_t>(n));
        }
        HttpRequestSeen request;
        std::size_t at = text.find("\r\n");
        const auto first = text.find(' ') + 1;
        request.target = text.substr(first, text.find(' ', first) - first);
        while (at + 2 < text.size()) {
            const auto end = text.find("\r\n", at + 2);
            const auto line = text.substr(at + 2, end - at - 2);
            if (line.empty())
                break;
            const auto colon = line.find(": ");
            std::string name = line.substr(0, colon);
            for (auto& c : name)
                c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
            request.headers[name] = line.substr(colon + 2);
            at = end;
        }
        int number = 0;
        {
            const std::scoped_lock lock(mutex_);
            number = static_cast<int>(seen_.size());
            seen_.push_back(request);
        }
        handler_(request, HttpConnection(socket, stopping_), number);
    }

    Handler handler_;
    int listener_ = -1;
    int port_ = 0;
    std::atomic<bool> stopping_ = false;
    std::thread thread_;
    std::vector<std::thread> workers_; ///< of the listening thread only, until it has ended
    mutable std::mutex mutex_;
    std::vector<HttpRequestSeen> seen_;
};

/// Bytes that differ everywhere, so that a piece in the wrong place shows.
inline std::string some_bytes(std::size_t count, unsigned int seed = 1) {
    std::string out(count, '\0');
    unsigned int state = seed * 2654435761U + 12345U;
    for (auto& c : out) {
        state = state * 1664525U + 1013904223U;
        c = static_cast<char>(state >> 24);
    }
    return out;
}

} // namespace tastebench::testing
