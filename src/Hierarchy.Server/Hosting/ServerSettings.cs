namespace Hierarchy.Server.Hosting;

/// <summary>
/// The names of the settings: one row gives the flag, the key in the configuration file (section `Server` unless it says another) and the environment variable. Flags win over the environment, the environment over
/// the file.
/// </summary>
internal static class ServerSettings
{
    /// <summary>All settings; a setting without a flag may not stand on a command line.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        new("--role", "Role", "root (decides everything), replica (follows a parent), or autonomous (takes the catalog from a parent, and decides itself what is approved)."),
        new("--data", "Data", "Directory that keeps everything; made when it is not there."),
        new("--name", "Name", "This server's name, for people. Default: the host's name."),
        new("--site", "Site", "The site that this server stands in, as named by `hierarchy sites add`."),
        new("--parent", "Parent", "URL of the parent's gRPC, e.g. http://root.example:8532; several with commas between, in order of preference; courier where there is no connection and files are imported."),
        new("--microsoft-update", "MicrosoftUpdate", "Where a root takes the catalog from: Microsoft Update (default) or an existing WSUS, e.g. http://wsus:8530."),
        new(
            "--upstream-kind",
            "UpstreamKind",
            "microsoft-update, wsus (the catalog alone, by the same protocol; this root decides), or wsus-replica: its target groups, approvals, declines and accepted licences too, which replace "
            + "this root's own and are decided there alone. Default: microsoft-update at an address of Microsoft's, wsus elsewhere."),
        new("--listen-http", "ListenHttp", "HTTP/1.1 without TLS: content. Default 127.0.0.1:8530; port 0 takes a free one."),
        new("--listen-https", "ListenHttps", "HTTP/1.1 and HTTP/2 with TLS, when --certificate is given. Default 127.0.0.1:8531."),
        new("--listen-grpc", "ListenGrpc", "HTTP/2 without TLS: gRPC. Default 127.0.0.1:8532."),
        new("--certificate", "Certificate", "PFX or PEM file with certificate and key; read again when it is renewed."),
        new("--public-grpc-url", "PublicGrpcUrl", "Where others reach this server's gRPC, when the listeners do not tell."),
        new("--public-content-url", "PublicContentUrl", "Where others reach this server's content, when the listeners do not tell."),
        new("--content", "Content", "ahead (default: fetch what is approved), on-demand, or never."),
        new("--content-source", "ContentSource", "parent or microsoft-update. Default: Microsoft Update at a root, the parent elsewhere."),
        new("--demote", "Demote", "yes: a root that did not hear that another took its place becomes a replica, with --role replica and --parent. What it alone decided is kept; see `hierarchy servers lost`."),
        new("--database", "Database", "Connection string of a SQL Server database for log, reports and local state, e.g. \"Server=sql.example;Database=hierarchy;User Id=hierarchy\"; encrypted unless it says Encrypt=False. Default: files in the data directory."),
        new("--database-password-file", "DatabasePasswordFile", "File whose first line is the password of the database's account."),
        new(Flag: null, "DatabasePassword", "The password itself; never on a command line."),
        new("--database-schema", "DatabaseSchema", "The schema of the tables, made when it is not there. Default hierarchy; two servers of one database have two."),
        new(Flag: null, "CertificatePassword", "The certificate file's password."),
        new(Flag: null, "Locator:ClientCapacity", "Agents that this server is meant for: with so many of them connected it counts as full. Default 20000; 0 for any number."),
        new(Flag: null, "Replication:ScrubInterval", "How often all records are read again and held against their digest. Default 1.00:00:00 (once a day); 0 for never."),
        new(Flag: null, "Replication:FirstScrub", "How long after the start the first time is. Default 00:02:00."),
        new(Flag: null, "Replication:ScrubLoad", "The percentage of the time that such a reading works. Default 25."),
        new(Flag: null, "Replication:KeepTombstones", "How long the root remembers deletions for servers that are silent. Default 30.00:00:00; one that was silent longer takes a snapshot."),
        new(Flag: null, "Replication:CompactionInterval", "How often the root looks which of them can go. Default 00:10:00."),
        new("--upstream-proxy", "Upstream:Proxy:Address", "Proxy to the upstream, e.g. http://proxy.example:3128, or none. Default: the environment's (https_proxy)."),
        new("--upstream-proxy-user", "Upstream:Proxy:User", "Account at the proxy, user or DOMAIN\\user."),
        new("--upstream-proxy-password-file", "Upstream:Proxy:PasswordFile", "File whose first line is its password."),
        new(Flag: null, "Upstream:Proxy:Password", "The password itself; never on a command line."),
        new("--upstream-proxy-bypass", "Upstream:Proxy:Bypass", "Hosts reached without the proxy, with commas between; * stands for anything."),
        new("--upstream-tls-proxy", "Upstream:TlsProxy:Address", "Another proxy for an upstream with TLS; its other settings are Upstream:TlsProxy:User and so on."),
        new(Flag: null, "Upstream:TlsProxy:User", "Account at that proxy."),
        new(Flag: null, "Upstream:TlsProxy:PasswordFile", "File whose first line is its password."),
        new(Flag: null, "Upstream:TlsProxy:Password", "The password itself; never on a command line."),
        new(Flag: null, "Upstream:TlsProxy:Bypass", "Hosts reached without that proxy."),
        new("--upstream-ca", "Upstream:CertificateAuthorities", "PEM file with authorities trusted for the upstream besides this computer's; Linux lacks those of Microsoft Update."),
    ];

    /// <summary>One setting.</summary>
    internal sealed record Setting(string? Flag, string Key, string Help)
    {
        /// <summary>E.g. `HIERARCHY_LISTEN_HTTP`, `HIERARCHY_UPSTREAM_PROXY_PASSWORD_FILE`.</summary>
        public string Variable { get; } = "HIERARCHY_" + string.Join('_', Key.Split(':').Select(Words)).ToUpperInvariant();

        /// <summary>E.g. `Server:ListenHttp`; a key with a colon names its section itself.</summary>
        public string ConfigurationKey => Key.Contains(':', StringComparison.Ordinal) ? Key : $"{ServerOptions.Section}:{Key}";

        private static string Words(string part) => string.Concat(part.Select((c, i) => i > 0 && char.IsUpper(c) ? "_" + c : c.ToString()));
    }
}
