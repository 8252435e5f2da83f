using System.Collections.Frozen;
using System.Net;
using Grpc.Core;
using Hierarchy.Domain.View;
using Hierarchy.Server.Api.Admin;
using Hierarchy.Server.Roles;

namespace Hierarchy.Server.Api;

/// <summary>
/// Where the client of a call is: where the call comes from, or, when an enrolled server asks on a client's behalf, what that server says in <see cref="Header"/>. Nobody else is believed: a client could move itself to
/// any site.
/// </summary>
/// <remarks>
/// As long as servers hold no certificates, an enrolled server is a caller at an address that stands, as a number, in one of the URLs of its record. Who can take such an address can lie about where a client is, and about nothing else.
/// </remarks>
internal sealed class ForwardedAddress(ViewPublisher views)
{
    /// <summary>The metadata of a call that a server makes for a client: the client's address.</summary>
    public const string Header = "hierarchy-forwarded-for";

    private volatile Believed? _believed;

    /// <summary>The client's address, IPv4 in its own form.</summary>
    public IPAddress AddressOf(ServerCallContext context)
    {
        var caller = Plain(context.GetHttpContext().Connection.RemoteIpAddress ?? IPAddress.None);
        var said = context.RequestHeaders.GetValue(Header);
        if (said is null || !Servers().Contains(caller)) return caller;
        return IPAddress.TryParse(said, out var client) ? Plain(client) : throw Refusal.Invalid($"'{said}' in {Header} is no IPv4 or IPv6 address.");
    }

    private FrozenSet<IPAddress> Servers()
    {
        var enrolled = views.View.Servers;
        var believed = _believed;
        if (believed is not null && ReferenceEquals(believed.Enrolled, enrolled)) return believed.Addresses;
        _believed = believed = new Believed(enrolled, enrolled.Values.SelectMany(Addresses).ToFrozenSet());
        return believed.Addresses;
    }

    private static IEnumerable<IPAddress> Addresses(EnrolledServer server)
    {
        foreach (var url in new[] { server.GrpcUrl, server.ContentUrl })
            if (Uri.TryCreate(url, UriKind.Absolute, out var uri) && IPAddress.TryParse(uri.DnsSafeHost, out var address))
                yield return Plain(address);
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private sealed record Believed(object Enrolled, FrozenSet<IPAddress> Addresses);
}
