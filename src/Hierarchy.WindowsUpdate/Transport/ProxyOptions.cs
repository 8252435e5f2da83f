namespace Hierarchy.WindowsUpdate.Transport;

/// <summary>
/// An HTTP proxy on the way to the upstream: `Upstream:Proxy`, and `Upstream:TlsProxy` where connections with TLS take another one. Without any, the
/// environment's proxy is used as the framework finds it (http_proxy, https_proxy, no_proxy).
/// </summary>
public sealed class ProxyOptions
{
    /// <summary>What <see cref="Address"/> says when there shall be no proxy, whatever the environment says.</summary>
    public const string None = "none";

    /// <summary>E.g. `http://proxy.example:3128`; `none` for no proxy; empty when nothing is set here.</summary>
    public string Address { get; set; } = "";

    /// <summary>The account at the proxy, `user` or `DOMAIN\user`; empty for none. The proxy chooses how it is asked for: Negotiate, NTLM, Digest or Basic.</summary>
    public string User { get; set; } = "";

    /// <summary>Its password. Better in a file: <see cref="PasswordFile"/>.</summary>
    public string Password { get; set; } = "";

    /// <summary>A file with the password in its first line; read again at every synchronization.</summary>
    public string PasswordFile { get; set; } = "";

    /// <summary>Hosts that are reached without the proxy, with commas between; `*` stands for anything, e.g. `wsus.example, *.corp.example, 10.1.*`.</summary>
    public string Bypass { get; set; } = "";

    /// <summary>True when this names a proxy or forbids one.</summary>
    public bool IsSet => Address.Length > 0;

    /// <summary>True when this forbids a proxy.</summary>
    public bool IsNone => string.Equals(Address, None, StringComparison.OrdinalIgnoreCase);

    internal IEnumerable<string> Validate(string section)
    {
        if (IsSet && !IsNone)
        {
            // A password in the address would show itself wherever the address does, so what was written is not repeated.
            if (!Uri.TryCreate(Address, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.Host.Length == 0)
                yield return $"{section}:Address is not the address of a proxy: write it as http://proxy.example:3128, or none.";
            else if (address.UserInfo.Length > 0)
                yield return $"{section}:Address holds a user or a password: put them into {section}:User and {section}:PasswordFile.";
            else if (address.PathAndQuery != "/")
                yield return $"{section}:Address has a path: a proxy has none, write it as http://{address.Authority}.";
        }
        else if (User.Length > 0 || Password.Length > 0 || PasswordFile.Length > 0 || Bypass.Length > 0)
        {
            yield return $"{section}:Address is missing, and other settings of that proxy are there: name the proxy, e.g. http://proxy.example:3128.";
        }

        if (Password.Length > 0 && PasswordFile.Length > 0) yield return $"{section}:Password and {section}:PasswordFile are both set: keep one.";
        if (User.Length == 0 && (Password.Length > 0 || PasswordFile.Length > 0)) yield return $"{section}:User is missing, and a password is there: name the account.";
        if (PasswordFile.Length > 0 && Unreadable() is { } reason) yield return $"{section}:PasswordFile {PasswordFile} cannot be read: {reason} Name a file that this server's user can read.";
    }

    /// <summary>The password, from wherever it is.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    internal string ReadPassword() => PasswordFile.Length == 0 ? Password : File.ReadLines(PasswordFile).FirstOrDefault() ?? "";

    private string? Unreadable()
    {
        try
        {
            return ReadPassword().Length > 0 ? null : "its first line is empty.";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }
}
