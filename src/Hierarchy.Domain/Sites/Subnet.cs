using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Hierarchy.Domain.Sites;

/// <summary>
/// A block of addresses, `address/prefix length`, IPv4 or IPv6, in canonical form: host bits are cleared, and an IPv4 block
/// written as IPv4-mapped IPv6 (`::ffff:10.0.0.0/104`) is the IPv4 block that it means. The families never overlap: `::/0` owns no IPv4 address.
/// </summary>
public readonly record struct Subnet : IComparable<Subnet>
{
    private const int MappedPrefixLength = 96;

    /// <summary>The first address as a number in IPv6's 128 bits; IPv4 stands in the low 32.</summary>
    private readonly UInt128 _first;

    private Subnet(UInt128 first, int prefixLength, bool isIPv6)
    {
        var hostBits = (isIPv6 ? 128 : 32) - prefixLength;
        _first = hostBits == 128 ? UInt128.Zero : first >> hostBits << hostBits;
        PrefixLength = prefixLength;
        IsIPv6 = isIPv6;
    }

    /// <summary>Leading bits that all addresses of the block share: 0 to 32, or to 128 for IPv6.</summary>
    public int PrefixLength { get; }

    /// <summary>False for IPv4, IPv4-mapped blocks included.</summary>
    public bool IsIPv6 { get; }

    internal UInt128 First => _first;

    internal UInt128 Last
    {
        get
        {
            var hostBits = (IsIPv6 ? 128 : 32) - PrefixLength;
            return hostBits == 128 ? UInt128.MaxValue : _first + ((UInt128.One << hostBits) - 1);
        }
    }

    /// <summary>Reads `10.1.0.0/16` or `2001:db8::/32`; set host bits are cleared.</summary>
    /// <exception cref="FormatException">It is not that; the message says what is wrong and what to write.</exception>
    public static Subnet Parse(string text) => TryParse(text, out var subnet, out var error) ? subnet : throw new FormatException(error);

    /// <summary>As <see cref="Parse"/>; <paramref name="error"/> tells what is wrong and what to write.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Subnet subnet, [NotNullWhen(false)] out string? error)
    {
        subnet = default;
        text = text?.Trim() ?? "";
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var addressText = slash < 0 ? text : text[..slash];
        if (!TryParseAddress(addressText, out var address))
        {
            error = $"'{Shorten(text)}' is not a subnet: '{Shorten(addressText)}' is no IPv4 or IPv6 address. Write it as 10.1.0.0/16 or 2001:db8::/32.";
            return false;
        }

        var isIPv6 = ToNumber(address, out var number);
        var width = address.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32;
        if (slash < 0)
        {
            error = $"'{text}' has no prefix length: write {address}/{width} for this one address, or a shorter prefix for a network.";
            return false;
        }

        if (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length > width)
        {
            error = $"'{Shorten(text)}' has the prefix length '{Shorten(text[(slash + 1)..])}': write a number from 0 to {width}.";
            return false;
        }

        error = null;
        if (width == 128 && !isIPv6)
        {
            // A mapped address under a shorter prefix than the mapping's own is a block of IPv6 after all.
            if (length >= MappedPrefixLength)
                subnet = new Subnet(number, length - MappedPrefixLength, isIPv6: false);
            else
                subnet = new Subnet(number | (UInt128)0xFFFF << 32, length, isIPv6: true);
            return true;
        }

        subnet = new Subnet(number, length, isIPv6);
        return true;
    }

    /// <summary>True when the address lies in the block. IPv4-mapped IPv6 addresses count as IPv4; scope ids are ignored.</summary>
    public bool Contains(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return ToNumber(address, out var number) == IsIPv6 && number >= First && number <= Last;
    }

    /// <summary>IPv4 before IPv6, then by first address, the wider block first.</summary>
    public int CompareTo(Subnet other)
    {
        var order = IsIPv6.CompareTo(other.IsIPv6);
        if (order == 0) order = _first.CompareTo(other._first);
        return order == 0 ? PrefixLength.CompareTo(other.PrefixLength) : order;
    }

    /// <summary>`address/prefix length`; <see cref="Parse"/> reads it back.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{ToAddress()}/{PrefixLength}");

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator <(Subnet left, Subnet right) => left.CompareTo(right) < 0;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator >(Subnet left, Subnet right) => left.CompareTo(right) > 0;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator <=(Subnet left, Subnet right) => left.CompareTo(right) <= 0;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator >=(Subnet left, Subnet right) => left.CompareTo(right) >= 0;

    /// <summary>The address as a number; true when it is IPv6 and not IPv4 in disguise. Allocates nothing.</summary>
    internal static bool ToNumber(IPAddress address, out UInt128 number)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var written);
        if (written == 4)
        {
            number = BinaryPrimitives.ReadUInt32BigEndian(bytes);
            return false;
        }

        number = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        if (number >> 32 != 0xFFFF) return true;
        number &= uint.MaxValue;
        return false;
    }

    private IPAddress ToAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, _first);
        return new IPAddress(IsIPv6 ? bytes : bytes[12..]);
    }

    private static bool TryParseAddress(string text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        // No scope ids: a site owns networks, not one machine's interfaces.
        if (text.Length > 64 || text.Contains('%', StringComparison.Ordinal) || text.Contains('[', StringComparison.Ordinal)) return false;
        if (!IPAddress.TryParse(text, out address)) return false;
        // The platform also reads `10.1` as 10.0.0.1 and `010.0.0.0` as octal: what is meant is not sure, so it is refused.
        return address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == text;
    }

    private static string Shorten(string text) => text.Length <= 64 ? text : string.Concat(text.AsSpan(0, 64), "…");
}
