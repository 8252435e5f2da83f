using System.CommandLine;
using Hierarchy.Cli.Documents;
using Spectre.Console;

namespace Hierarchy.Cli.Policies.Check;

/// <summary>`policy check`: reads the settings of a computer and says what in them would send its scans to Microsoft. Asks no server.</summary>
internal sealed class PolicyCheckVerb : Verb
{
    private const long MaxBytes = 64L * 1024 * 1024;

    private readonly Argument<string> file = new("FILE") { Description = "A registry file (reg export), or the report of gpresult /x." };
    private readonly Option<string[]> servers = new("--update-server") { Description = "A server that computers may ask; may be repeated. Any other is an error then.", HelpName = "URL" };

    public PolicyCheckVerb()
        : base(
            "check", "Find settings of a computer that would send its scans to Microsoft, or nowhere.",
            "hierarchy policy check wu.reg", "hierarchy policy check gpresult.xml --update-server http://updates.example:8530")
    {
        Add(file);
        Add(servers);
        servers.Validators.Add(result =>
        {
            foreach (var text in result.GetValueOrDefault<string[]>() ?? [])
                if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")) result.AddError($"--update-server takes an address like http://updates.example:8530, not '{text}'.");
        });
    }

    public override IReadOnlyList<string> Details =>
    [
        @"On the computer: reg export HKLM\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate wu.reg, and for what device management says reg export HKLM\SOFTWARE\Microsoft\PolicyManager mdm.reg; or gpresult /x gpresult.xml /scope computer.",
        "Registry files are read in UTF-16, UTF-8 and 8-bit. A report of gpresult tells policies by their English names; HTML (gpresult /h) is not read.",
        "Exit code 1 when there are errors; warnings alone are 0. No server is asked.",
    ];

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var path = arguments.GetRequiredValue(file);
        var (format, values, notUnderstood) = Parse(path, RegistryFileReader.Decode(await ReadAsync(path, session.Cancellation)));
        var findings = PolicyCheck.Of(values, [.. (arguments.GetValue(servers) ?? []).Select(text => new Uri(text))]);
        var document = new PolicyCheckDocument(
            path, format, values.Count, findings.Count(finding => finding.Severity == FindingSeverity.Error), findings.Count(finding => finding.Severity == FindingSeverity.Warning),
            [.. findings.Select(finding => new PolicyFindingBody(finding.Severity.ToString().ToLowerInvariant(), finding.Key, finding.Name, finding.Found, finding.Why, finding.Remedy))], notUnderstood);
        session.Output.Write(document, console =>
        {
            foreach (var finding in document.Findings)
            {
                console.WriteLine($"{finding.Severity.ToUpperInvariant()} {finding.Key}{(finding.Name.Length > 0 ? $" {finding.Name}" : "")}: {(finding.Name.Length == 0 ? "there" : finding.Found is null ? "not there" : $"is {finding.Found}")}");
                console.WriteLine($"  {finding.Why}");
                console.WriteLine($"  {finding.Remedy}");
            }

            foreach (var name in document.NotUnderstood) console.WriteLine($"Not looked at: the policy '{name}'.");
            console.WriteLine(document.Findings.Count == 0 ? $"{document.Settings} settings, and nothing in them sends scans to Microsoft." : $"{document.Settings} settings: {document.Errors} errors, {document.Warnings} warnings.");
        });
        return document.Errors > 0 ? ExitCode.Failed : ExitCode.Ok;
    }

    private static (string Format, RegistryValues Values, IReadOnlyList<string> NotUnderstood) Parse(string path, string text)
    {
        try
        {
            if (RegistryFileReader.IsOne(text)) return ("reg", RegistryFileReader.Read(text), []);
            if (PolicyReportReader.IsOne(text) && !text.Contains("<html", StringComparison.OrdinalIgnoreCase))
            {
                var (values, notUnderstood) = PolicyReportReader.Read(text);
                return ("gpresult", values, notUnderstood);
            }
        }
        catch (FormatException exception)
        {
            throw new CommandFailedException("invalid_file", $"{path} cannot be read: {exception.Message}.", "Export it again: reg export KEY FILE, or gpresult /x FILE /scope computer.", cause: exception);
        }

        throw text.Contains("<html", StringComparison.OrdinalIgnoreCase)
            ? new CommandFailedException("invalid_file", $"{path} is a report in HTML, which is for people.", "Have it written as XML: gpresult /x FILE /scope computer.")
            : new CommandFailedException("invalid_file", $"{path} is neither a registry file nor a report of gpresult /x.", @"Export one: reg export HKLM\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate FILE.");
    }

    private static async Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxBytes }) throw new CommandFailedException("invalid_file", $"{path} has more than {MaxBytes >> 20} MiB.", "Export the keys of Windows Update alone.");
            return await File.ReadAllBytesAsync(path, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException("file", $"{path} cannot be read: {exception.Message}", "Name a file that is there, and that you may read.", cause: exception);
        }
    }
}
