using System.Net;
using Hierarchy.Server.Upstream;
using Hierarchy.Storage.SqlServer;

namespace Hierarchy.Server.Hosting;

/// <summary>What an operator sets for a server. Each is a flag, a key of the configuration file and an environment variable; see <see cref="ServerSettings"/>.</summary>
internal sealed class ServerOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Server";

    private const string Courier = "courier";
    private const string DefaultUpstream = "https://sws.update.microsoft.com";

    /// <summary>`root`, `replica` or `autonomous`.</summary>
    public string Role { get; set; } = "";

    /// <summary>Where everything is kept; made when it is not there.</summary>
    public string Data { get; set; } = "";

    /// <summary>For people; the host's name when it is empty.</summary>
    public string Name { get; set; } = "";

    /// <summary>The site that the server stands in; empty for none.</summary>
    public string Site { get; set; } = "";

    /// <summary>
    /// Where the parent's gRPC answers, e.g. `http://root:8532`; several separated by commas, in order of preference. `courier`: there is no connection, and files are imported. For all but roots.
    /// </summary>
    public string Parent { get; set; } = "";

    /// <summary>Where a root takes its catalog from; an existing WSUS works too. Empty: Microsoft Update. Roots only: who takes metadata from an upstream is a root.</summary>
    public string MicrosoftUpdate { get; set; } = "";

    /// <summary>`microsoft-update`, `wsus` or `wsus-replica`. Empty: Microsoft Update at an address of Microsoft's, `wsus` elsewhere.</summary>
    public string UpstreamKind { get; set; } = "";

    /// <summary>HTTP/1.1 without TLS: content, and Windows clients. Empty switches it off.</summary>
    public string ListenHttp { get; set; } = "127.0.0.1:8530";

    /// <summary>HTTP/1.1 and HTTP/2 with TLS; only with a certificate.</summary>
    public string ListenHttps { get; set; } = "127.0.0.1:8531";

    /// <summary>HTTP/2 without TLS: gRPC. Empty switches it off.</summary>
    public string ListenGrpc { get; set; } = "127.0.0.1:8532";

    /// <summary>The server's certificate with its key, PFX or PEM; read again when the file changes. Empty for none.</summary>
    public string Certificate { get; set; } = "";

    /// <summary>The certificate file's password; empty for none. Not a flag: a command line is seen by others.</summary>
    public string CertificatePassword { get; set; } = "";

    /// <summary>Where others reach this server's gRPC; empty: derived from the listeners.</summary>
    public string PublicGrpcUrl { get; set; } = "";

    /// <summary>Where others reach this server's content; empty: derived from the listeners.</summary>
    public string PublicContentUrl { get; set; } = "";

    /// <summary>`ahead` fetches the files of approved updates at once, `on-demand` when the first client asks, `never` leaves clients with what is here.</summary>
    public string Content { get; set; } = "ahead";

    /// <summary>Where content comes from: `parent` or `microsoft-update`. Empty: a root takes Microsoft Update, a replica its parent.</summary>
    public string ContentSource { get; set; } = "";

    /// <summary>`yes` makes a root that nothing superseded a replica; empty for no.</summary>
    public string Demote { get; set; } = "";

    /// <summary>Connection string of a SQL Server database that holds log, reports and local state. Empty: files in the data directory.</summary>
    public string Database { get; set; } = "";

    /// <summary>The database account's password; empty when the connection string holds it, or none is needed. Not a flag: a command line is seen by others.</summary>
    public string DatabasePassword { get; set; } = "";

    /// <summary>A file whose first line is that password.</summary>
    public string DatabasePasswordFile { get; set; } = "";

    /// <summary>The schema of the tables: two servers of one database have two.</summary>
    public string DatabaseSchema { get; set; } = "hierarchy";

    /// <summary>The upstream, once validated.</summary>
    public Uri UpstreamUrl => new(MicrosoftUpdate.Length > 0 ? MicrosoftUpdate : DefaultUpstream);

    /// <summary>The role, once validated.</summary>
    public ServerRole RoleValue => Enum.Parse<ServerRole>(Role, ignoreCase: true);

    /// <summary>The kind of upstream, once validated.</summary>
    public UpstreamKind UpstreamKindValue => UpstreamKind switch
    {
        "microsoft-update" => Upstream.UpstreamKind.MicrosoftUpdate,
        "wsus" => Upstream.UpstreamKind.Wsus,
        "wsus-replica" => Upstream.UpstreamKind.WsusReplica,
        _ => IsMicrosofts(MicrosoftUpdate) ? Upstream.UpstreamKind.MicrosoftUpdate : Upstream.UpstreamKind.Wsus,
    };

    /// <summary>There is no parent to call: what the server mirrors is carried to it in files.</summary>
    public bool FollowsByCourier => Parent == Courier;

    /// <summary>The parents, in order of preference; none where files are carried.</summary>
    public IReadOnlyList<Uri> Parents => FollowsByCourier ? [] : Parent.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(url => new Uri(url)).ToArray();

    /// <summary>The same settings for what the data directory says that this server is: a replica that was promoted has no parent.</summary>
    public ServerOptions As(ServerRole role)
    {
        var other = (ServerOptions)MemberwiseClone();
        if (role == RoleValue) return other;
        other.Role = role.ToString().ToLowerInvariant();
        if (role != ServerRole.Root) return other;
        other.Parent = "";
        if (ContentSource == "parent") other.ContentSource = "";
        return other;
    }

    /// <summary>The same settings on addresses that were taken already: port 0 would be another one the next time.</summary>
    public ServerOptions At(IPEndPoint? http, IPEndPoint? https, IPEndPoint? grpc)
    {
        var other = (ServerOptions)MemberwiseClone();
        (other.ListenHttp, other.ListenGrpc) = (http?.ToString() ?? "", grpc?.ToString() ?? "");
        if (https is not null) other.ListenHttps = https.ToString();
        return other;
    }

    /// <summary>Everything that is wrong with the settings, each with its next step; empty when all is well.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        var roleKnown = Enum.TryParse<ServerRole>(Role, ignoreCase: true, out var role) && Enum.IsDefined(role) && !int.TryParse(Role, out _);
        if (!roleKnown) errors.Add(Role.Length == 0 ? "--role is missing: say root, replica or autonomous." : $"--role '{Role}' is not a role: say root, replica or autonomous.");
        if (Data.Length == 0) errors.Add("--data is missing: name the directory that keeps everything, e.g. --data /var/lib/hierarchy.");
        if (roleKnown && role == ServerRole.Replica && Parent.Length == 0) errors.Add("--parent is missing: a replica follows a server, e.g. --parent http://root.example:8532. Without any connection, say --parent courier.");
        if (roleKnown && role == ServerRole.Autonomous && Parent.Length == 0)
            errors.Add("--parent is missing: an autonomous server takes the catalog from a server, e.g. --parent http://root.example:8532. One that takes it from Microsoft Update is a root.");
        if (roleKnown && role == ServerRole.Root && Parent.Length > 0) errors.Add("--parent does not go with --role root: a root follows nobody. Say --role replica, or leave --parent away.");
        foreach (var url in FollowsByCourier ? [] : Parent.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            CheckUrl("--parent", url, errors);
        if (UpstreamKind is not ("" or "microsoft-update" or "wsus" or "wsus-replica"))
            errors.Add($"--upstream-kind '{UpstreamKind}' is not known: say microsoft-update, wsus or wsus-replica.");
        if (UpstreamKind.Length > 0 && roleKnown && role != ServerRole.Root) errors.Add("--upstream-kind goes with --role root only: all others take everything from their parent.");
        if (UpstreamKind is "wsus" or "wsus-replica" && IsMicrosofts(MicrosoftUpdate))
            errors.Add($"--upstream-kind {UpstreamKind} needs the address of the WSUS: --microsoft-update http://wsus.example:8530.");
        if (roleKnown && role != ServerRole.Root && MicrosoftUpdate.Length > 0)
            errors.Add($"--microsoft-update does not go with --role {Role.ToLowerInvariant()}: a server that takes its catalog from Microsoft Update is a root, and all others take it from their --parent. Leave it away; files alone come from Microsoft Update with --content-source microsoft-update.");
        if (MicrosoftUpdate.Length > 0) CheckUrl("--microsoft-update", MicrosoftUpdate, errors);
        if (PublicGrpcUrl.Length > 0) CheckUrl("--public-grpc-url", PublicGrpcUrl, errors);
        if (PublicContentUrl.Length > 0) CheckUrl("--public-content-url", PublicContentUrl, errors);
        CheckDatabase(errors);
        CheckAddress("--listen-http", ListenHttp, errors);
        CheckAddress("--listen-https", ListenHttps, errors);
        CheckAddress("--listen-grpc", ListenGrpc, errors);
        if (ListenGrpc.Length == 0 && Certificate.Length == 0) errors.Add("Nothing would answer gRPC: set --listen-grpc, or --listen-https with --certificate.");
        if (Certificate.Length > 0 && !File.Exists(Certificate)) errors.Add($"--certificate {Certificate} is not there: name a PFX or PEM file with the key in it.");
        if (Demote is not ("" or "no" or "yes")) errors.Add($"--demote '{Demote}' is not known: say yes, or leave it away.");
        if (Demote == "yes" && roleKnown && role != ServerRole.Replica) errors.Add("--demote yes goes with --role replica: it makes a root follow another server.");
        if (Content is not ("ahead" or "on-demand" or "never")) errors.Add($"--content '{Content}' is not known: say ahead, on-demand or never.");
        if (ContentSource is not ("" or "parent" or "microsoft-update")) errors.Add($"--content-source '{ContentSource}' is not known: say parent or microsoft-update.");
        if (ContentSource == "parent" && roleKnown && role == ServerRole.Root) errors.Add("--content-source parent does not go with --role root: a root has no parent.");
        return errors;
    }

    /// <summary>Reads `host:port`, `[v6]:port`, `*:port` or `:port` (both mean every address).</summary>
    public static bool TryParseAddress(string text, out IPEndPoint endPoint)
    {
        if (text.StartsWith('*') || text.StartsWith(':'))
            text = "[::]" + text[text.IndexOf(':', StringComparison.Ordinal)..];
        else if (text.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase))
            text = "127.0.0.1" + text[9..];
        var parsed = IPEndPoint.TryParse(text, out var found) && text.LastIndexOf(':') > text.LastIndexOf(']');
        endPoint = parsed ? found! : new IPEndPoint(IPAddress.Loopback, 0); // TryParse said yes.
        return parsed;
    }

    /// <summary>The database account's password, from wherever it is kept; empty for none.</summary>
    public string ReadDatabasePassword() => DatabasePasswordFile.Length > 0 ? File.ReadLines(DatabasePasswordFile).FirstOrDefault() ?? "" : DatabasePassword;

    private void CheckDatabase(List<string> errors)
    {
        if (Database.Length == 0)
        {
            if (DatabasePassword.Length > 0 || DatabasePasswordFile.Length > 0) errors.Add("A password is given for a database, and no database: say --database, or leave the password away.");
            return;
        }

        if (DatabasePassword.Length > 0 && DatabasePasswordFile.Length > 0) errors.Add("--database-password-file and HIERARCHY_DATABASE_PASSWORD are both given: leave one of them away.");
        if (DatabasePasswordFile.Length > 0 && !File.Exists(DatabasePasswordFile)) errors.Add($"--database-password-file {DatabasePasswordFile} is not there: name a file whose first line is the password.");
        else if (ConnectionText.Fault(Database, ReadDatabasePassword()) is { } fault) errors.Add($"--database: {fault}");
        if (!SqlServerStoreOptions.IsSchemaName(DatabaseSchema)) errors.Add($"--database-schema '{DatabaseSchema}' cannot be one: write small letters, digits and underscores, at most 31, a letter first.");
    }

    private static bool IsMicrosofts(string url) =>
        url.Length == 0 || (Uri.TryCreate(url, UriKind.Absolute, out var address) && (address.Host.EndsWith(".microsoft.com", StringComparison.OrdinalIgnoreCase) || address.Host.EndsWith(".windowsupdate.com", StringComparison.OrdinalIgnoreCase)));

    private static void CheckAddress(string flag, string text, List<string> errors)
    {
        if (text.Length > 0 && !TryParseAddress(text, out _)) errors.Add($"{flag} '{text}' is not an address: write it as 127.0.0.1:8530, [::1]:8530 or *:8530.");
    }

    private static void CheckUrl(string flag, string text, List<string> errors)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            errors.Add($"{flag} '{text}' is not a URL: write it as http://host:8532 or https://host:8531.");
    }
}
