using System.CommandLine;

namespace Hierarchy.Cli.Updates;

/// <summary>How every verb names an update.</summary>
internal static class UpdateArgument
{
    public static Argument<string> Create()
    {
        var argument = new Argument<string>("UPDATE") { Description = "An update id, the beginning of one (4 characters or more), or a KB number." };
        argument.Validators.Add(result =>
        {
            if (string.IsNullOrWhiteSpace(result.GetValueOrDefault<string>())) result.AddError("UPDATE is empty.");
        });
        return argument;
    }
}
