using System.Net;
using Grpc.Core;

namespace Hierarchy.Server.Auditing;

/// <summary>Who calls, and from where. It flows with the call into whatever that starts, so that a synchronization which somebody started decides in that one's name.</summary>
/// <param name="User">`user@host` as the caller says in its metadata; empty when it says nothing. Nobody vouches for it until accounts exist.</param>
/// <param name="Address">The address that the call came from.</param>
internal sealed record Caller(string User, string Address)
{
    /// <summary>The metadata that says who calls, UTF-8.</summary>
    public const string UserKey = "requested-by-bin";

    private static readonly AsyncLocal<Caller?> _current = new();

    /// <summary>Whose call this is; null where nobody called.</summary>
    public static Caller? Current => _current.Value;

    /// <summary>From here on, this call is the one.</summary>
    public static void Enter(ServerCallContext context, IPAddress address) =>
        _current.Value = new Caller(UserOf(context.RequestHeaders), (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString());

    private static string UserOf(Metadata headers)
    {
        var entry = headers.FirstOrDefault(header => header.Key == UserKey);
        return entry is null ? "" : System.Text.Encoding.UTF8.GetString(entry.ValueBytes);
    }
}
