using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli.Sync;

/// <summary>One of the three choices, with the words that its verbs use.</summary>
/// <param name="Part">Which choice.</param>
/// <param name="Name">The verb's own name, plural.</param>
/// <param name="One">What its names mean, for help.</param>
/// <param name="Example">A name, for help.</param>
internal sealed record SelectionKind(SelectionPart Part, string Name, string One, string Example)
{
    public static SelectionKind Products { get; } = new(SelectionPart.Products, "products", "a product, a family (with all that it will ever hold), or a company", "\"Windows 11\"");

    public static SelectionKind Classifications { get; } = new(SelectionPart.Classifications, "classifications", "a classification", "\"Security Updates\"");

    public static SelectionKind Languages { get; } = new(SelectionPart.Languages, "languages", "a language, by its short name or its title", "de");
}
