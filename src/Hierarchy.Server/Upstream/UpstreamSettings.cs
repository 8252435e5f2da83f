using Hierarchy.WindowsUpdate.Upstream;

namespace Hierarchy.Server.Upstream;

/// <summary>Reads how the upstream is asked from the configuration's section `Upstream`.</summary>
internal static class UpstreamSettings
{
    /// <summary>The options, as the configuration has them.</summary>
    /// <exception cref="InvalidOperationException">A value is of another kind, e.g. no time span.</exception>
    public static UpstreamOptions Read(IConfiguration configuration)
    {
        var options = new UpstreamOptions();
        configuration.GetSection(UpstreamOptions.Section).Bind(options);
        return options;
    }

    /// <summary>Everything that is wrong with them; empty when all is well.</summary>
    public static IReadOnlyList<string> Validate(IConfiguration configuration)
    {
        try
        {
            return Read(configuration).Validate();
        }
        catch (InvalidOperationException exception)
        {
            return [$"The settings of the upstream cannot be read: {exception.Message}"];
        }
    }
}
