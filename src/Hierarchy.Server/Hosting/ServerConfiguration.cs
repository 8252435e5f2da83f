namespace Hierarchy.Server.Hosting;

/// <summary>Puts the settings together: file, then environment, then flags.</summary>
internal static class ServerConfiguration
{
    /// <summary>Builds the configuration; what is wrong with a file is added to the errors. <paramref name="variable"/> looks an environment variable up.</summary>
    public static IConfigurationRoot Build(string? configFile, IReadOnlyDictionary<string, string?> flags, Func<string, string?> variable, List<string> errors)
    {
        var environment = ServerSettings.All
            .Select(setting => (setting.ConfigurationKey, Value: variable(setting.Variable)))
            .Where(set => !string.IsNullOrEmpty(set.Value))
            .ToDictionary(set => set.ConfigurationKey, set => set.Value);

        var data = flags.GetValueOrDefault("Server:Data") ?? environment.GetValueOrDefault("Server:Data");
        var file = configFile ?? (data is null ? null : Path.Combine(data, "hierarchy.json"));
        if (configFile is not null && !File.Exists(configFile)) errors.Add($"--config {configFile} is not there.");

        var builder = new ConfigurationBuilder();
        if (file is not null && File.Exists(file)) builder.AddJsonFile(Path.GetFullPath(file), optional: false, reloadOnChange: false);
        builder.AddInMemoryCollection(environment).AddInMemoryCollection(flags);
        try
        {
            return builder.Build();
        }
        catch (InvalidDataException exception)
        {
            errors.Add($"The configuration file {file} cannot be read: {exception.InnerException?.Message ?? exception.Message}");
            return new ConfigurationBuilder().AddInMemoryCollection(environment).AddInMemoryCollection(flags).Build();
        }
    }
}
