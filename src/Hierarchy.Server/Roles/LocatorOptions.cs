using Hierarchy.Domain;

namespace Hierarchy.Server.Roles;

/// <summary>What this server takes for its capacity when it says how busy it is.</summary>
internal sealed class LocatorOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Locator";

    /// <summary>Agents with an open stream of decisions that this server is meant for: with so many its load is 1. Zero: however many there are, the processor alone counts.</summary>
    public int ClientCapacity { get; set; } = 20_000;

    /// <summary>Reads them.</summary>
    /// <exception cref="IntegrityException">They are not usable.</exception>
    public static LocatorOptions Read(IConfiguration configuration)
    {
        var options = new LocatorOptions();
        configuration.GetSection(Section).Bind(options);
        var errors = options.Validate().ToArray();
        return errors.Length == 0 ? options : throw new IntegrityException(string.Join(Environment.NewLine, errors));
    }

    /// <summary>Every error at once; empty when the options are usable.</summary>
    public IEnumerable<string> Validate()
    {
        if (ClientCapacity < 0) yield return $"{Section}:{nameof(ClientCapacity)} is {ClientCapacity}; say 0 for no limit, or how many agents this server is meant for, e.g. 20000.";
    }
}
