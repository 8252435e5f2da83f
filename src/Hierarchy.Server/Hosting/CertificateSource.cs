using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Hierarchy.Server.Hosting;

/// <summary>The server's certificate; read again when its file changes, so that a renewal needs no restart. A file that cannot be used leaves the last good one in place.</summary>
internal sealed partial class CertificateSource
{
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(5);
    private readonly string _file;
    private readonly string? _password;
    private readonly TimeProvider _time;
    private readonly ILogger<CertificateSource> _logger;
    private readonly Lock _lock = new(); // Guards the three below.
    private X509Certificate2 _current;
    private DateTime _writtenAt;
    private long _checkedAt;

    /// <summary>Reads the file.</summary>
    /// <exception cref="CryptographicException">It cannot be used.</exception>
    public CertificateSource(string file, string password, TimeProvider time, ILogger<CertificateSource> logger)
    {
        _file = file;
        _password = password.Length == 0 ? null : password;
        _time = time;
        _logger = logger;
        _writtenAt = File.GetLastWriteTimeUtc(file);
        _checkedAt = time.GetTimestamp();
        _current = Load();
    }

    /// <summary>The certificate to answer with. Called for every new connection; looks at the file every few seconds at most.</summary>
    public X509Certificate2 Current
    {
        get
        {
            lock (_lock)
            {
                if (_time.GetElapsedTime(_checkedAt) < CheckEvery) return _current;
                _checkedAt = _time.GetTimestamp();
                var writtenAt = File.GetLastWriteTimeUtc(_file);
                if (writtenAt == _writtenAt) return _current;
                try
                {
                    _current = Load();
                    _writtenAt = writtenAt;
                    Log.Renewed(_logger, _file, _current.NotAfter);
                }
                catch (Exception exception) when (exception is CryptographicException or IOException)
                {
                    // Half-written perhaps: the last good one serves on, and the next look tries again.
                    Log.RenewalFailed(_logger, _file, exception.Message);
                }

                return _current;
            }
        }
    }

    private X509Certificate2 Load()
    {
        var isPem = File.ReadAllBytes(_file).AsSpan().IndexOf("-----BEGIN"u8) >= 0;
        if (!isPem) return X509CertificateLoader.LoadPkcs12FromFile(_file, _password);
        using var pem = _password is null ? X509Certificate2.CreateFromPemFile(_file) : X509Certificate2.CreateFromEncryptedPemFile(_file, _password);
        // Some platforms cannot serve with a key that was never in a store: the round trip through PFX makes it usable everywhere.
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), password: null);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1101, Level = LogLevel.Information, Message = "The certificate {File} was renewed; it is valid until {NotAfter}.")]
        public static partial void Renewed(ILogger logger, string file, DateTime notAfter);

        [LoggerMessage(EventId = 1102, Level = LogLevel.Warning, Message = "The renewed certificate {File} cannot be used, the last one serves on: {Reason}")]
        public static partial void RenewalFailed(ILogger logger, string file, string reason);
    }
}
