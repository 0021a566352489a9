#include "harness/launcher/local_socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "harness/launcher/child_process.h"

namespace suite {

LocalSocket::LocalSocket() {
  const int opened = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  fd_ = opened < 0 ? -1 : fcntl(opened, F_DUPFD_CLOEXEC, kGivenFd + 1);
  if (opened >= 0) close(opened);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (fd_ < 0 || bind(fd_, generic, size) != 0 || listen(fd_, SOMAXCONN) != 0 ||
      getsockname(fd_, generic, &size) != 0) {
    const int why = errno;
    if (fd_ >= 0) close(fd_);
    throw std::system_error(why, std::generic_category(), "no socket for the processes of a run");
  }
  port_ = ntohs(address.sin_port);
}

LocalSocket::~LocalSocket() { close(fd_); }

}  // namespace suite
