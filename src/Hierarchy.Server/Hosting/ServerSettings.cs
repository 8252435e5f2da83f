namespace Hierarchy.Server.Hosting;

/// <summary>
/// The names of the settings: one row gives the flag, the key in the configuration file (section `Server`) and the environment variable. Flags win over the environment, the environment over
/// the file.
/// </summary>
internal static class ServerSettings
{
    /// <summary>All settings; a setting without a flag may not stand on a command line.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        new("--role", "Role", "root (decides everything) or replica (follows a parent)."),
        new("--data", "Data", "Directory that keeps everything; made when it is not there."),
        new("--name", "Name", "This server's name, for people. Default: the host's name."),
        new("--site", "Site", "The site that this server stands in, as named by `hierarchy sites add`."),
        new("--parent", "Parent", "URL of the parent's gRPC, e.g. http://root.example:8532; several with commas between, in order of preference."),
        new("--microsoft-update", "MicrosoftUpdate", "Where a root takes the catalog from: Microsoft Update (default) or an existing WSUS, e.g. http://wsus:8530."),
        new("--listen-http", "ListenHttp", "HTTP/1.1 without TLS: content. Default 127.0.0.1:8530; port 0 takes a free one."),
        new("--listen-https", "ListenHttps", "HTTP/1.1 and HTTP/2 with TLS, when --certificate is given. Default 127.0.0.1:8531."),
        new("--listen-grpc", "ListenGrpc", "HTTP/2 without TLS: gRPC. Default 127.0.0.1:8532."),
        new("--certificate", "Certificate", "PFX or PEM file with certificate and key; read again when it is renewed."),
        new("--public-grpc-url", "PublicGrpcUrl", "Where others reach this server's gRPC, when the listeners do not tell."),
        new("--public-content-url", "PublicContentUrl", "Where others reach this server's content, when the listeners do not tell."),
        new("--content", "Content", "ahead (default: fetch what is approved), on-demand, or never."),
        new("--content-source", "ContentSource", "parent or microsoft-update. Default: Microsoft Update at a root, the parent elsewhere."),
        new(Flag: null, "CertificatePassword", "The certificate file's password."),
    ];

    /// <summary>One setting.</summary>
    internal sealed record Setting(string? Flag, string Key, string Help)
    {
        /// <summary>E.g. `HIERARCHY_LISTEN_HTTP`.</summary>
        public string Variable { get; } = "HIERARCHY_" + string.Concat(Key.Select((c, i) => i > 0 && char.IsUpper(c) ? "_" + c : c.ToString())).ToUpperInvariant();

        /// <summary>E.g. `Server:ListenHttp`.</summary>
        public string ConfigurationKey => $"{ServerOptions.Section}:{Key}";
    }
}
