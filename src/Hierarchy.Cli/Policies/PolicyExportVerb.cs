using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Policies;

/// <summary>`policy export`: a policy for Windows' own Automatic Updates, as a registry file or a template for Group Policy.</summary>
internal sealed class PolicyExportVerb : Verb
{
    private const string Registry = "reg";
    private const string Template = "admx";

    private readonly Option<string> format = new("--format") { Description = "reg: a file for regedit; admx: an administrative template with its English texts for Group Policy.", HelpName = $"{Registry}|{Template}", Required = true };
    private readonly Option<string> group = new("--group") { Description = "The group whose computers are meant.", HelpName = "NAME", Required = true };
    private readonly Option<string?> server = new("--update-server") { Description = "The server that Windows is to ask; the content address of the asked server when not given.", HelpName = "URL" };
    private readonly Option<string> folder = new("--out") { Description = "The folder to write to; made when it is not there.", HelpName = "DIR", DefaultValueFactory = _ => "." };
    private readonly Option<bool> noInternet = new("--no-internet-locations") { Description = "Windows connects to no address of Microsoft at all; the Store and Delivery Optimization go without, too." };

    public PolicyExportVerb()
        : base(
            "export", "Write the policy of a group for Windows' own Automatic Updates.",
            "hierarchy policy export --format reg --group Servers --update-server http://updates.example:8530", "hierarchy policy export --format admx --group Servers --out ./templates")
    {
        format.AcceptOnlyFromAmong(Registry, Template);
        foreach (var option in new System.CommandLine.Option[] { format, group, server, folder, noInternet }) Add(option);
    }

    public override IReadOnlyList<string> Details =>
    [
        "It names the server and the group, says what is decided, and keeps Windows from asking Microsoft besides (DisableDualScan on older builds, SetPolicyDrivenUpdateSourceFor… since Windows 10 2004).",
        "reg: regedit /s FILE on each computer, as administrator. admx: copy the .admx to PolicyDefinitions of the domain's SYSVOL and the .adml to its en-US, and enable the policy under Hierarchy.",
        "What cannot be said in the registry is listed. Nothing that is there is replaced. `policy check` reads the result back.",
    ];

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var request = new GetRegistryPolicyRequest { Group = arguments.GetRequiredValue(group), ServerUrl = arguments.GetValue(server) ?? "", NoInternetLocations = arguments.GetValue(noInternet) };
        var response = await session.AskAsync(new PolicyService.PolicyServiceClient(session.Channel).GetRegistryPolicyAsync, request);
        var files = Files(response, arguments.GetRequiredValue(format));
        var written = await WriteAsync(arguments.GetValue(folder) ?? ".", files, session.Cancellation);
        var document = new PolicyExportDocument(
            response.Group, arguments.GetRequiredValue(format), written, [.. response.Settings.Select(RegistrySettingBody.From)], [.. response.Notes]);
        return session.Output.Write(document, console =>
        {
            foreach (var file in document.Files) console.WriteLine($"Wrote {file}");
            foreach (var note in document.Notes) console.WriteLine(note);
        });
    }

    private static IReadOnlyList<(string Path, byte[] Bytes)> Files(GetRegistryPolicyResponse response, string format)
    {
        var name = new string([.. response.Group.Select(character => char.IsLetterOrDigit(character) ? character : '_')]);
        if (format == Registry) return [($"Hierarchy-{name}.reg", RegistryFileWriter.Write(response.Settings))];
        if (response.Settings.FirstOrDefault(setting => setting.Text.Length > PolicyTemplateWriter.MaxText) is { } tooLong)
            throw new CommandFailedException("invalid_argument", $"A template holds texts of at most {PolicyTemplateWriter.MaxText} characters, and {tooLong.Name} has {tooLong.Text.Length}.", "Export with --format reg, or shorten it.");
        if (response.Settings.FirstOrDefault(setting => setting.Text.Any(char.IsControl)) is { } odd)
            throw new CommandFailedException("invalid_argument", $"A template holds no control characters, and {odd.Name} has some.", "Export with --format reg, or change it.");
        return
        [
            ($"Hierarchy-{name}.admx", PolicyTemplateWriter.Definitions(name, response.Settings)),
            (Path.Combine("en-US", $"Hierarchy-{name}.adml"), PolicyTemplateWriter.Resources(Printable(response.Group), response.Settings, response.Notes)),
        ];
    }

    private static async Task<IReadOnlyList<string>> WriteAsync(string folder, IReadOnlyList<(string Path, byte[] Bytes)> files, CancellationToken cancellationToken)
    {
        var paths = files.Select(file => Path.GetFullPath(Path.Combine(folder, file.Path))).ToArray();
        if (paths.FirstOrDefault(File.Exists) is { } present)
            throw new CommandFailedException("already_exists", $"{present} is there already, and nothing was written.", "Name another folder with --out, or move that file away.");
        foreach (var (path, file) in paths.Zip(files))
        {
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!); // A full path to a file has a folder.
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new CommandFailedException("file", $"{path} cannot be written: {exception.Message}", "Look for the right to write there.", cause: exception);
            }

            await using var partial = PartialFile.Create(path);
            await partial.WriteAsync(file.Bytes, cancellationToken);
            partial.Flush();
            await partial.CompleteAsync();
        }

        return paths;
    }

    // XML knows no control characters.
    private static string Printable(string text) => new([.. text.Select(character => char.IsControl(character) ? '\uFFFD' : character)]);
}
